import FoundationEssentials

extension JSON: Codable {
  /// Reads any JSON value.
  ///
  /// - Parameter decoder: what holds the value.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    // A decoder says what a value is only by refusing what it is not, so each kind is tried. A refusal costs more than
    // what it refuses: first comes what there is most of.
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(String.self) {
      self = .string(value)
    } else if let keyed = try? decoder.container(keyedBy: MemberName.self) {
      var members: [String: JSON] = [:]
      let names = keyed.allKeys
      members.reserveCapacity(names.count)
      for name in names { members[name.stringValue] = try keyed.decode(JSON.self, forKey: name) }
      self = .object(members)
    } else if var unkeyed = try? decoder.unkeyedContainer() {
      var elements: [JSON] = []
      while !unkeyed.isAtEnd { elements.append(try unkeyed.decode(JSON.self)) }
      self = .array(elements)
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? single.decode(Decimal.self) {
      self = .number(value)
    } else {
      // Beyond what Decimal holds, such as 1e200: a text, so that one such value of a row or an answer spoils nothing else.
      self = .string("\(try single.decode(Double.self))")
    }
  }

  /// Writes the value.
  ///
  /// - Parameter encoder: what takes the value.
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .number(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .string(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .object(let members):
      var container = encoder.container(keyedBy: MemberName.self)
      for (name, value) in members { try container.encode(value, forKey: MemberName(name)) }
    }
  }

  /// A member's name, which is any text.
  private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
