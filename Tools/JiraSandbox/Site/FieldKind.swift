/// What a field holds, and so how it is written, read, compared and searched.
enum FieldKind: String, Codable, Sendable, Hashable {
  /// One line of at most 255 characters.
  case text
  /// A document: ADF in version 3 of the API, wiki markup in version 2.
  case richText
  /// An absolute address.
  case url
  case number
  /// A calendar day.
  case day
  /// A point in time.
  case instant
  /// One option of a list.
  case option
  /// Any options of a list.
  case options
  /// An option, and one of those below it.
  case cascade
  case labels
  case person
  case people
  case priority
  case components
  case versions
  /// The issue above this one.
  case parent
  case project
  case issueType
  case status
  case resolution
  case key
  case comments
}

extension FieldKind {
  /// The `type` and `items` of the schema; nil where JIRA shows no schema.
  var schemaType: (type: String, items: String?)? {
    switch self {
    case .text, .richText, .url: ("string", nil)
    case .number: ("number", nil)
    case .day: ("date", nil)
    case .instant: ("datetime", nil)
    case .option: ("option", nil)
    case .options: ("array", "option")
    case .cascade: ("option-with-child", nil)
    case .labels: ("array", "string")
    case .person: ("user", nil)
    case .people: ("array", "user")
    case .priority: ("priority", nil)
    case .components: ("array", "component")
    case .versions: ("array", "version")
    case .parent: ("issuelink", nil)
    case .project: ("project", nil)
    case .issueType: ("issuetype", nil)
    case .status: ("status", nil)
    case .resolution: ("resolution", nil)
    case .comments: ("comments-page", nil)
    case .key: nil
    }
  }

  /// The kind of custom field that holds it, behind the colon of `schema.custom`; nil where none does.
  var customType: String? {
    switch self {
    case .text: "textfield"
    case .richText: "textarea"
    case .url: "url"
    case .number: "float"
    case .day: "datepicker"
    case .instant: "datetime"
    case .option: "select"
    case .options: "multiselect"
    case .cascade: "cascadingselect"
    case .labels: "labels"
    case .person: "userpicker"
    case .people: "multiuserpicker"
    case .versions: "multiversion"
    case .priority, .components, .parent, .project, .issueType, .status, .resolution, .key,
      .comments:
      nil
    }
  }

  /// The kind of a custom field by what stands behind the colon of its type.
  init?(customType: String) {
    switch customType {
    case "radiobuttons": self = .option
    case "multicheckboxes": self = .options
    default:
      let all: [FieldKind] = [
        .text, .richText, .url, .number, .day, .instant, .option, .options, .cascade, .labels,
        .person, .people, .versions,
      ]
      guard let found = all.first(where: { $0.customType == customType }) else { return nil }
      self = found
    }
  }

  /// Whether an edit may add to it and remove from it.
  var takesAdditions: Bool {
    [.labels, .options, .components, .versions, .people].contains(self)
  }

  /// Whether its values are chosen from options of the field.
  var hasOptions: Bool { self == .option || self == .options || self == .cascade }
}
