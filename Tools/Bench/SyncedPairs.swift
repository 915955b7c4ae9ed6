import HTTP
import JSON
import Jira
import Mapping
import Planning
import Postgres

/// Rows and their issues, looked at from outside: by SQL here, by the API there.
struct SyncedPairs: Sendable {
  let connection: PostgresConnection
  let client: JiraClient
  let mapping: ResolvedMapping

  /// Connects to both sides, at JIRA as another account than that of the sync.
  static func connect(
    _ database: DatabaseOptions, sandbox: String, transport: CurlClient
  ) async throws -> SyncedPairs {
    let client = try await JiraClient(
      configuration: JiraConfiguration(
        baseURL: sandbox, credentials: .basic(email: "alex@example.com", token: "alex")),
      transport: transport
    ).detectingDialect()
    let project = try await client.project("SCRSKY")
    let mapping = try ResolvedMapping.resolve(
      .standard, fields: try await client.fields(), createMetadata: nil, projectID: project.id,
      dialect: client.dialect)
    return SyncedPairs(
      connection: try await database.connect(), client: client, mapping: mapping)
  }

  /// The linked rows and the ids of their issues.
  func links() async throws -> [(row: Int64, issue: String)] {
    try await connection.query(
      "select row_id::bigint as row_id, issue_id from jira_sync.links where state = 'linked' order by id",
      doing: "reading the links"
    ).rows.map { (try $0.get("row_id"), try $0.get("issue_id")) }
  }

  /// What differs between rows and their issues, in words.
  func differences() async throws -> [String] {
    var found: [String] = []
    let links = try await links()
    let issues = try await client.issues(
      ids: links.map(\.issue), fields: mapping.issueFieldIDs
    ).found
    let byID = Dictionary(issues.map { ($0.id, $0) }) { $1 }
    for link in links {
      guard let issue = byID[link.issue] else {
        found.append("issue \(link.issue) is not there")
        continue
      }
      let text: String = try await connection.query(
        "select to_jsonb(f)::text as row from public.file_audit as f where id = \(link.row)",
        doing: "reading a row"
      ).one.get("row")
      let row = try JSON(parsing: text).object ?? [:]
      for field in mapping.fields where field.mapping.target != .issueKey {
        let here = try rowValue(field, row: row)
        let there = issueValue(field, issueFields: issue.fields, dialect: client.dialect).value
        if here != there, !mayStandTogether(here, there) {
          found.append("\(issue.key) \(field.name): the row says \(here), JIRA \(there)")
        }
      }
    }
    return found
  }

  /// An audited file may keep its debt whatever the issue's status, done included where the row says so later, and a debt
  /// that is gone is satisfied by any end of the issue.
  private func mayStandTogether(_ row: FieldValue, _ issue: FieldValue) -> Bool {
    row == .option("kept")
      || (row == .option("done") && issue == .option("kept"))
  }

  /// Asks for a poll and waits until nothing is left to do.
  func poll(within limit: Duration = .seconds(300)) async throws {
    _ = try await connection.query(
      "insert into jira_sync.jobs (kind) values ('poll')", doing: "asking for a poll")
    let deadline = ContinuousClock.now + limit
    while true {
      let left: Int = try await connection.query(
        "select count(*) as n from jira_sync.jobs where state <> 'dead'", doing: "waiting"
      ).one.get("n")
      if left == 0 { return }
      guard ContinuousClock.now < deadline else { throw BenchError("\(left) jobs are left") }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
