import FoundationEssentials

/// Any JSON value.
public enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number, exact: JIRA's ids and a table's numerics do not fit into a binary fraction.
  case number(Decimal)
  case string(String)
  case array([JSON])
  case object([String: JSON])
}

extension JSON {
  /// The member of an object; nil where there is none or this is no object.
  ///
  /// - Parameter key: the member's name.
  public subscript(key: String) -> JSON? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[key]
    }
    set {
      guard case .object(var members) = self else { return }
      members[key] = newValue
      self = .object(members)
    }
  }

  /// The element of an array; nil where there is none or this is no array.
  ///
  /// - Parameter index: the element's place, from 0.
  public subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string, nil for anything else.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a boolean, nil for anything else.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The value of a number, nil for anything else.
  public var number: Decimal? {
    guard case .number(let value) = self else { return nil }
    return value
  }

  /// The value of a number that is whole and fits, nil for anything else.
  public var integer: Int? {
    guard let number, number.isWhole else { return nil }
    return Int(number.description)
  }

  /// The elements of an array, nil for anything else.
  public var array: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members of an object, nil for anything else.
  public var object: [String: JSON]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// Whether this is `null`.
  public var isNull: Bool { self == .null }
}

extension Decimal {
  fileprivate var isWhole: Bool { !description.contains(".") }
}
