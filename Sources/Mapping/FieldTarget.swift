/// What a mapped field is on the JIRA side.
public enum FieldTarget: Sendable, Hashable {
  /// A field of JIRA's own, by its id: `summary`, `description`, `labels`, `priority`.
  case system(String)
  /// A custom field by its name, as people see it.
  case customName(String)
  /// A field by its id, such as `customfield_10010`.
  case id(String)
  /// The issue's status, reached by transitions.
  case status
  /// The issue's key, which only JIRA gives.
  case issueKey
}

extension FieldTarget: CustomStringConvertible {
  /// The target as `jira-sync.yaml` writes it.
  public var description: String {
    switch self {
    case .system(let id), .id(let id): id
    case .customName(let name): name
    case .status: "status"
    case .issueKey: "issue key"
    }
  }
}
