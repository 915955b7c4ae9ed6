import FoundationEssentials
import JSON

extension FieldCodec {
  /// Writes a value as the API takes it.
  ///
  /// - Parameters:
  ///   - value: the value, as `fit` leaves it.
  ///   - type: what the field holds.
  ///   - dialect: the site's family.
  /// - Returns: the JSON; `empty` is an empty array for sets and null for all others.
  /// - Throws: `FieldCodecError` where the field does not take the value.
  public static func encode(
    _ value: FieldValue, as type: FieldType, dialect: JiraDialect
  ) throws(FieldCodecError) -> JSON {
    guard type.isWritable else { throw .notWritable(type) }
    switch (type, value) {
    case (_, .empty): return type.isSet ? [] : .null
    case (.summary, .text(let text)), (.text, .text(let text)), (.url, .text(let text)):
      return .string(text)
    case (.description, .text(let text)), (.paragraph, .text(let text)):
      return RichText.json(text, dialect: dialect)
    case (.number, .number(let number)):
      guard number.isFinite else { throw .malformed(type: type, reason: "it is not a number") }
      return .number(number)
    case (.date, .date(let day)):
      guard JiraTimestamp.isDay(day) else {
        throw .malformed(type: type, reason: "there is no such day; expected YYYY-MM-DD")
      }
      return .string(day)
    case (.dateTime, .instant(let milliseconds)):
      guard let text = JiraTimestamp.render(milliseconds) else {
        throw .malformed(type: type, reason: "the year is not between 1 and 9999")
      }
      return .string(text)
    case (.cascadingSelect, .cascade(let parent, let child)):
      var object: [String: JSON] = ["value": .string(parent)]
      if let child { object["child"] = .object(["value": .string(child)]) }
      return .object(object)
    case (.cascadingSelect, .option(let name)): return .object(["value": .string(name)])
    case (_, .option(let name)):
      guard let member = type.memberOfOne else { break }
      return .object([member: .string(name)])
    case (.user, .user(let id)): return user(id, dialect)
    case (.labels, .set(let labels)): return .array(labels.map(JSON.string))
    case (.multiUser, .set(let ids)): return .array(ids.map { user($0, dialect) })
    case (.multiSelect, .set(let names)), (.checkboxes, .set(let names)):
      return .array(names.map { .object(["value": .string($0)]) })
    case (.components, .set(let names)), (.versions, .set(let names)):
      return .array(names.map { .object(["name": .string($0)]) })
    default: break
    }
    throw .mismatch(value: value.kindName, type: type)
  }

  private static func user(_ id: String, _ dialect: JiraDialect) -> JSON {
    .object([dialect == .cloud ? "accountId" : "name": .string(id)])
  }
}

extension FieldType {
  /// The member by which a field that has one of some things names it; nil for other fields.
  var memberOfOne: String? {
    switch self {
    case .select: "value"
    case .priority, .resolution, .issueType, .version, .status: "name"
    case .project, .parent: "key"
    default: nil
    }
  }
}
