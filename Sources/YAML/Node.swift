/// A piece of a YAML document; aliases stand replaced by what they name.
public indirect enum Node: Sendable {
  case scalar(Scalar)
  case sequence([Node], Mark)
  case mapping([(key: Node, value: Node)], Mark)

  /// A text as it was written.
  public struct Scalar: Sendable {
    /// The text, without quotes.
    public let string: String
    /// Whether it was in quotes or a block, and so is a text whatever it looks like.
    public let isQuoted: Bool
    /// Where it begins.
    public let mark: Mark
  }

  /// Where it begins.
  public var mark: Mark {
    switch self {
    case .scalar(let scalar): scalar.mark
    case .sequence(_, let mark), .mapping(_, let mark): mark
    }
  }
}

extension Node {
  /// The text of a scalar.
  public var string: String? {
    guard case .scalar(let scalar) = self else { return nil }
    return scalar.string
  }

  /// Whether nothing was written, or null.
  public var isNull: Bool {
    guard let word = plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(word)
  }

  /// A yes or no, in the words of YAML 1.1.
  public var bool: Bool? {
    switch plain {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": false
    default: nil
    }
  }

  /// A whole number in decimal digits.
  public var int: Int? { plain.flatMap { Int($0) } }

  /// A number in decimal digits, whole or not.
  public var float: Double? {
    guard let plain, plain.contains(where: \.isNumber) else { return nil }
    return plain.allSatisfy { $0.isNumber || "+-.eE".contains($0) } ? Double(plain) : nil
  }

  private var plain: String? {
    guard case .scalar(let scalar) = self, !scalar.isQuoted else { return nil }
    return scalar.string
  }
}
