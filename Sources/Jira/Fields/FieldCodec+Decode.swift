import FoundationEssentials
import JSON

extension FieldCodec {
  /// Reads a value as the API gives it.
  ///
  /// - Parameters:
  ///   - json: the field's JSON.
  ///   - type: what the field holds.
  ///   - dialect: the site's family.
  /// - Returns: the value in canonical form; it never fails, but says when the field held something else than its type promises.
  public static func decode(
    _ json: JSON, as type: FieldType, dialect: JiraDialect
  ) -> DecodedField {
    if json.isNull { return DecodedField(.empty) }
    switch type {
    case .summary, .text, .url:
      return json.string.map { DecodedField(canonical($0, as: type)) } ?? .unreadable
    case .description, .paragraph:
      let read = RichText.text(of: json, dialect: dialect)
      guard read.isReadable else { return .unreadable }
      return DecodedField(read.text.isEmpty ? .empty : .text(read.text), isLossy: read.isLossy)
    case .number:
      guard let number = json.number, number.isFinite else { return .unreadable }
      return DecodedField(fit(.number(number), as: .number))
    case .date:
      guard let day = json.string, JiraTimestamp.isDay(day) else { return .unreadable }
      return DecodedField(.date(day))
    case .dateTime:
      guard let instant = json.string.flatMap(JiraTimestamp.parse) else { return .unreadable }
      return DecodedField(.instant(instant))
    case .cascadingSelect: return cascade(json)
    case .user: return user(json, dialect).map { DecodedField(.user($0)) } ?? .unreadable
    case .multiUser: return set(json, as: type) { user($0, dialect) }
    case .labels: return set(json, as: type) { $0.string }
    case .multiSelect, .checkboxes: return set(json, as: type) { $0["value"]?.string }
    case .components, .versions: return set(json, as: type) { $0["name"]?.string }
    case .select, .priority, .resolution, .issueType, .version, .status, .project, .parent:
      guard let member = type.memberOfOne, let name = json[member]?.string else {
        return .unreadable
      }
      return DecodedField(canonical(name, as: type))
    case .unsupported: return unsupported(json)
    }
  }

  private static func user(_ json: JSON, _ dialect: JiraDialect) -> String? {
    let id =
      switch dialect {
      case .cloud: json["accountId"]?.string
      case .dataCenter: json["name"]?.string ?? json["key"]?.string
      }
    guard let text = id?.trimmingBlanks(), !text.isEmpty else { return nil }
    return text
  }

  private static func cascade(_ json: JSON) -> DecodedField {
    guard let parent = json["value"]?.string.map(CanonicalText.line), !parent.isEmpty else {
      return .unreadable
    }
    let child = json["child"]?["value"]?.string.map(CanonicalText.line)
    return DecodedField(.cascade(parent: parent, child: child == "" ? nil : child))
  }

  private static func set(
    _ json: JSON, as type: FieldType, _ name: (JSON) -> String?
  ) -> DecodedField {
    guard let elements = json.array else { return .unreadable }
    var names: [String] = []
    for element in elements {
      guard let name = name(element) else { return .unreadable }
      names.append(name)
    }
    return DecodedField(sorted(names.map(CanonicalText.line)))
  }

  /// As much of an unknown kind of field as can be shown.
  private static func unsupported(_ json: JSON) -> DecodedField {
    let text: String? =
      switch json {
      case .string(let text): text
      case .number(let number): number.description
      case .bool(let value): value ? "true" : "false"
      case .object:
        ["value", "name", "displayName", "key"].lazy.compactMap { json[$0]?.string }.first
      case .array, .null: nil
      }
    guard let text else { return .unreadable }
    let line = CanonicalText.line(text)
    return DecodedField(line.isEmpty ? .empty : .text(line), isLossy: true)
  }
}
