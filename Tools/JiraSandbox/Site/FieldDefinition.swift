import JSON

/// A field of the site.
struct FieldDefinition: Codable, Sendable, Hashable {
  var id: String
  var name: String
  var kind: FieldKind
  /// The names JQL knows it by, in lower case.
  var clauseNames: [String]
  /// The kind of custom field behind the colon of `schema.custom`, where it is not the usual one of `kind`: radio buttons are a select, too.
  var customType: String?
  /// What a select field allows.
  var options: [FieldOption] = []
  /// Whether it may be sent when an issue is created.
  var isOnCreateScreen = true
  /// Whether it may be sent in an edit.
  var isOnEditScreen = true
  /// Whether an issue must have a value for it.
  var isRequired = false
  /// Whether `*navigable` contains it.
  var isNavigable = true

  var isCustom: Bool { id.hasPrefix("customfield_") }
  var customNumber: Int? { isCustom ? Int(id.dropFirst("customfield_".count)) : nil }

  /// What stands before the kind of a custom field that JIRA itself brings.
  static let standardTypes = "com.atlassian.jira.plugin.system.customfieldtypes:"

  /// The options that may be chosen: of a cascading field, those at the top.
  var topOptions: [FieldOption] { options.filter { $0.parent == nil } }

  /// The options below one.
  func options(below parent: FieldOption) -> [FieldOption] {
    options.filter { $0.parent == parent.id }
  }

  func option(_ id: String) -> FieldOption? { options.first { $0.id == id } }

  /// The `schema` that the field API shows.
  var schema: JSON? {
    guard let (type, items) = kind.schemaType else { return nil }
    var schema: [String: JSON] = ["type": .string(type)]
    if let items { schema["items"] = .string(items) }
    if let number = customNumber {
      if let suffix = customType ?? kind.customType {
        schema["custom"] = .string(FieldDefinition.standardTypes + suffix)
      }
      schema["customId"] = .integer(number)
    } else {
      schema["system"] = .string(id)
    }
    return .object(schema)
  }
}
