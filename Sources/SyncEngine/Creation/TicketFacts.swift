import Jira
import JobQueue
import Planning
import Postgres

/// What JIRA and the database say of the tickets that rows name.
struct TicketFacts: Sendable {
  /// The issues, by the keys that were asked for.
  var found: [String: Issue] = [:]
  /// The labels of the rows that have them, by the issues' ids.
  var holders: [String: String] = [:]

  /// Reads.
  ///
  /// - Parameters:
  ///   - keys: the issues' keys.
  ///   - client: how JIRA is called.
  ///   - database: where the links are.
  /// - Returns: the issues, and which of them rows have.
  /// - Throws: `JiraError`, `PostgresError`.
  static func read(
    _ keys: [String], client: JiraClient, database: PostgresClient
  ) async throws -> TicketFacts {
    var facts = TicketFacts()
    var missing = Array(Set(keys)).sorted()
    guard !missing.isEmpty else { return facts }
    if client.dialect == .cloud {
      let batch = try await client.issues(ids: missing, fields: TicketDecision.fields)
      facts.found = Dictionary(batch.found.map { ($0.key, $0) }) { $1 }
      missing.removeAll { facts.found[$0] != nil }
    }
    // A former key is not in the answer for many; Data Center has no call for many.
    for key in missing {
      facts.found[key] = try await client.issue(key, fields: TicketDecision.fields)
    }
    facts.holders = try await holders(of: facts.found.values.map(\.id), database: database)
    return facts
  }

  private static func holders(
    of ids: [String], database: PostgresClient
  ) async throws -> [String: String] {
    let rows = try await database.query(
      "select issue_id, label from jira_sync.links where issue_id = any(\(ids)::text[])",
      doing: "reading which rows have \(ids.count) issues"
    ).rows
    return try Dictionary(rows.map { (try $0.get("issue_id"), try $0.get("label")) }) { $1 }
  }
}
