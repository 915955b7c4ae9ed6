import FoundationEssentials
import JSON
import JobQueue

/// A value that was written, as `jira_sync.changes` records it.
struct Change: Sendable {
  /// The side that was written.
  enum Side: String, Sendable {
    case row
    case jira
  }

  let rowKey: RowKey
  let issueKey: String?
  let side: Side
  let field: String
  /// The field's name in the mapping.
  let mappingField: String
  /// Why it was written.
  let cause: String
  let old: JSON
  let new: JSON
  let jobID: Int64
  let worker: UUID
  /// Who changed it in JIRA, where it comes from there.
  var author: Authorship?
}

/// Who changed a field in JIRA, and when.
struct Authorship: Sendable, Hashable {
  /// The name that people see.
  let name: String
  /// Seconds since 1970, by JIRA's clock.
  let seconds: Double
}
