import Jira

/// A kind of custom field as `jira-sync.yaml` names it: what `fields create` makes and `fields check` expects.
public enum CustomFieldType: String, Sendable, Hashable, CaseIterable {
  case text
  case paragraph
  case url
  case number
  case date
  case dateTime = "date_time"
  case select
  case radioButtons = "radio_buttons"
  case multiSelect = "multi_select"
  case checkboxes
  case cascadingSelect = "cascading_select"
  case user
  case users
  case labels
  case version
  case versions

  /// What JIRA calls it, behind `com.atlassian.jira.plugin.system.customfieldtypes:`.
  public var jiraName: String {
    switch self {
    case .text: "textfield"
    case .paragraph: "textarea"
    case .url: "url"
    case .number: "float"
    case .date: "datepicker"
    case .dateTime: "datetime"
    case .select: "select"
    case .radioButtons: "radiobuttons"
    case .multiSelect: "multiselect"
    case .checkboxes: "multicheckboxes"
    case .cascadingSelect: "cascadingselect"
    case .user: "userpicker"
    case .users: "multiuserpicker"
    case .labels: "labels"
    case .version: "version"
    case .versions: "multiversion"
    }
  }

  /// What makes such a field searchable.
  ///
  /// From https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-post.
  package var searcher: String {
    switch self {
    case .text, .paragraph: "textsearcher"
    case .url, .number: self == .url ? "exacttextsearcher" : "exactnumber"
    case .date: "daterange"
    case .dateTime: "datetimerange"
    case .select, .radioButtons, .multiSelect, .checkboxes: "multiselectsearcher"
    case .cascadingSelect: "cascadingselectsearcher"
    case .user, .users: "userpickergroupsearcher"
    case .labels: "labelsearcher"
    case .version, .versions: "versionsearcher"
    }
  }

  /// Whether its values are chosen from options of the field.
  public var hasOptions: Bool {
    switch self {
    case .select, .radioButtons, .multiSelect, .checkboxes, .cascadingSelect: true
    default: false
    }
  }

  /// Whether a field of a site is of this kind.
  package func isKind(of field: JiraField) -> Bool {
    field.schema?.custom?.split(separator: ":").last.map(String.init) == jiraName
  }
}
