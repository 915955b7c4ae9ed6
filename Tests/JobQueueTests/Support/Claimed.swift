import Postgres

/// A job as `jira_sync.claim` returns it.
struct Claimed: Sendable, Hashable {
  let id: Int64
  let kind: String
  let key: String?
  let priority: Int
  let attempt: Int
  let maxAttempts: Int
  let crashes: Int
  let arguments: String
  let token: Int64
  let merged: [Int64]

  init(row: PostgresRow) throws {
    id = try row.get("id")
    kind = try row.get("kind")
    key = try row.get("key", as: String?.self)
    priority = try row.get("priority")
    attempt = try row.get("attempt")
    maxAttempts = try row.get("max_attempts")
    crashes = try row.get("crashes")
    arguments = try row.get("args")
    token = try row.get("token")
    merged = try row.get("merged")
  }
}
