import FoundationEssentials
import JSON
import Jira

extension FieldValue {
  /// The value as people read it in `jira_sync.changes` and `conflicts`.
  package var plainJSON: JSON {
    switch self {
    case .empty: .null
    case .text(let text), .option(let text), .user(let text), .date(let text): .string(text)
    case .number(let number): .number(number)
    case .boolean(let value): .bool(value)
    case .instant(let milliseconds):
      JiraTimestamp.render(milliseconds).map(JSON.string) ?? .null
    case .set(let members): .array(members.map(JSON.string))
    case .cascade(let parent, let child):
      .array([.string(parent)] + (child.map { [.string($0)] } ?? []))
    }
  }
}
