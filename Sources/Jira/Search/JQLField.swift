/// A field as JQL names it.
public enum JQLField: Sendable, Hashable {
  case project
  case id
  case key
  case labels
  case status
  case created
  case updated
  case creator
  /// A custom field by the number in `customfield_N`.
  case custom(Int)
  /// Any other field by its name.
  case named(String)

  /// The name in a query.
  func clause() throws(JQLError) -> String {
    switch self {
    case .project: "project"
    case .id: "id"
    case .key: "key"
    case .labels: "labels"
    case .status: "status"
    case .created: "created"
    case .updated: "updated"
    case .creator: "creator"
    case .custom(let number): "cf[\(number)]"
    case .named(let name): try JQL.quote(name)
    }
  }
}
