import JSON

/// A field of the site.
struct FieldDefinition: Sendable {
  var id: String
  var name: String
  var kind: FieldKind
  /// The names JQL knows it by, in lower case.
  var clauseNames: [String]
  /// What a select field allows.
  var options: [FieldOption] = []
  /// Whether it may be sent when an issue is created.
  var isOnCreateScreen = true
  /// Whether it may be sent in an edit.
  var isOnEditScreen = true
  /// Whether `*navigable` contains it.
  var isNavigable = true

  var isCustom: Bool { id.hasPrefix("customfield_") }
  var customNumber: Int? { isCustom ? Int(id.dropFirst("customfield_".count)) : nil }

  /// The `schema` that the field API shows.
  var schema: JSON? {
    let (type, items, suffix): (String, String?, String?) =
      switch kind {
      case .text: ("string", nil, "textfield")
      case .richText: ("string", nil, "textarea")
      case .number: ("number", nil, "float")
      case .day: ("date", nil, "datepicker")
      case .instant: ("datetime", nil, "datetime")
      case .option: ("option", nil, "select")
      case .options: ("array", "option", "multiselect")
      case .labels: ("array", "string", "labels")
      case .person: ("user", nil, "userpicker")
      case .priority: ("priority", nil, nil)
      case .components: ("array", "component", nil)
      case .project: ("project", nil, nil)
      case .issueType: ("issuetype", nil, nil)
      case .status: ("status", nil, nil)
      case .resolution: ("resolution", nil, nil)
      case .comments: ("comments-page", nil, nil)
      case .key: ("", nil, nil)
      }
    guard !type.isEmpty else { return nil }
    var schema: [String: JSON] = ["type": .string(type)]
    if let items { schema["items"] = .string(items) }
    if let number = customNumber {
      if let suffix {
        schema["custom"] = .string("com.atlassian.jira.plugin.system.customfieldtypes:\(suffix)")
      }
      schema["customId"] = .integer(number)
    } else {
      schema["system"] = .string(id)
    }
    return .object(schema)
  }
}
