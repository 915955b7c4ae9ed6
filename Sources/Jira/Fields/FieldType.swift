/// What a field holds, and so how its value is written and read.
public enum FieldType: Sendable, Hashable {
  /// The title of an issue: one line.
  case summary
  /// The description: rich text.
  case description
  /// One line of text.
  case text
  /// Rich text of many lines, `environment` included.
  case paragraph
  /// An absolute address.
  case url
  case number
  /// A calendar day.
  case date
  /// An instant.
  case dateTime
  /// One option of a list or of radio buttons.
  case select
  /// Several options of a list.
  case multiSelect
  /// Several options as boxes to tick.
  case checkboxes
  /// An option, and one of those below it.
  case cascadingSelect
  case user
  case multiUser
  case labels
  case priority
  /// Set on the screen of a transition only.
  case resolution
  /// Reached by transitions, never written.
  case status
  /// By name.
  case issueType
  /// By key.
  case project
  /// Another issue, by key.
  case parent
  case components
  /// Several versions, by name.
  case versions
  /// One version, by name.
  case version
  /// A kind that cannot be written or read faithfully; the text is JIRA's name for it.
  case unsupported(String)

  /// The type of a field.
  ///
  /// - Parameter field: the field as the site describes it.
  /// - Returns: the type, `unsupported` where values cannot be written or read faithfully.
  public static func of(_ field: JiraField) -> FieldType {
    // Cloud lists the parent without saying what it holds.
    guard let schema = field.schema else { return ofSystem(field.id) ?? .unsupported(field.id) }
    return of(schema)
  }

  /// The type of a field with a schema.
  ///
  /// - Parameter schema: what the site says that the field holds.
  /// - Returns: the type, `unsupported` where values cannot be written or read faithfully.
  public static func of(_ schema: FieldSchema) -> FieldType {
    if let system = schema.system, let type = ofSystem(system) { return type }
    if let custom = schema.custom, let type = ofCustom(custom) { return type }
    // Fields of apps, and system fields not known by name: the bare type must do.
    switch schema.type {
    case "number": return .number
    case "date": return .date
    case "datetime": return .dateTime
    case "option": return .select
    case "user": return .user
    case "priority": return .priority
    case "resolution": return .resolution
    case "version": return .version
    case "array" where schema.items == "version": return .versions
    case "array" where schema.items == "component": return .components
    case "array" where schema.items == "user": return .multiUser
    case "array" where schema.items == "option": return .multiSelect
    default: return .unsupported(schema.custom ?? schema.system ?? schema.type)
    }
  }

  private static func ofSystem(_ name: String) -> FieldType? {
    switch name {
    case "summary": .summary
    case "description": .description
    case "environment": .paragraph
    case "labels": .labels
    case "priority": .priority
    case "resolution": .resolution
    case "status": .status
    case "issuetype": .issueType
    case "project": .project
    case "parent": .parent
    case "components": .components
    case "versions", "fixVersions": .versions
    case "assignee", "reporter", "creator": .user
    case "duedate": .date
    case "created", "updated", "resolutiondate": .dateTime
    default: nil
    }
  }

  /// The kinds that JIRA itself brings, by what follows the colon in `schema.custom`.
  private static func ofCustom(_ name: String) -> FieldType? {
    let standard = "com.atlassian.jira.plugin.system.customfieldtypes:"
    guard name.hasPrefix(standard) else { return nil }
    return switch name.dropFirst(standard.count) {
    case "textfield": .text
    case "textarea": .paragraph
    case "url": .url
    case "float": .number
    case "datepicker": .date
    case "datetime": .dateTime
    case "select", "radiobuttons": .select
    case "multiselect": .multiSelect
    case "multicheckboxes": .checkboxes
    case "cascadingselect": .cascadingSelect
    case "userpicker": .user
    case "multiuserpicker": .multiUser
    case "labels": .labels
    case "version": .version
    case "multiversion": .versions
    default: nil
    }
  }

  /// Whether it holds rich text: ADF on Cloud, wiki markup on Data Center.
  public var isRichText: Bool { self == .description || self == .paragraph }

  /// Whether JIRA shows its values in the account's language, so that they are compared by id.
  public var isTranslated: Bool {
    switch self {
    case .priority, .resolution, .status, .issueType: true
    default: false
    }
  }

  /// Whether its value is a set.
  public var isSet: Bool {
    switch self {
    case .multiSelect, .checkboxes, .multiUser, .labels, .components, .versions: true
    default: false
    }
  }

  /// Whether an issue's edit can write it.
  public var isWritable: Bool {
    switch self {
    case .status, .unsupported: false
    default: true
    }
  }
}

extension FieldType: CustomStringConvertible {
  /// A text for people.
  public var description: String {
    switch self {
    case .unsupported(let name): "unsupported type \(name)"
    case .summary: "summary"
    case .description: "description"
    case .text: "text"
    case .paragraph: "paragraph"
    case .url: "URL"
    case .number: "number"
    case .date: "date"
    case .dateTime: "date and time"
    case .select: "select"
    case .multiSelect: "multi-select"
    case .checkboxes: "checkboxes"
    case .cascadingSelect: "cascading select"
    case .user: "user"
    case .multiUser: "users"
    case .labels: "labels"
    case .priority: "priority"
    case .resolution: "resolution"
    case .status: "status"
    case .issueType: "issue type"
    case .project: "project"
    case .parent: "parent"
    case .components: "components"
    case .versions: "versions"
    case .version: "version"
    }
  }
}
