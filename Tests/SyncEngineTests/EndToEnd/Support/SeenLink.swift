import JSON
import Postgres

/// A row of `jira_sync.links`.
struct SeenLink: Sendable, Hashable {
  let state: String
  let label: String
  let issueID: String?
  let issueKey: String?
  let marker: String?
  let error: String?
  let creationLookups: Int
  let base: JSON?

  init(_ row: PostgresRow) throws {
    state = try row.get("state")
    label = try row.get("label")
    issueID = try row.get("issue_id", as: String?.self)
    issueKey = try row.get("issue_key", as: String?.self)
    marker = try row.get("marker", as: String?.self)
    error = try row.get("last_error", as: String?.self)
    creationLookups = try row.get("creation_lookups")
    base = try row.get("base", as: String?.self).map { try JSON(parsing: $0) }
  }
}
