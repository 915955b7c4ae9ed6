import Foundation
import HTTP
import JSON
import JiraSandbox
import Postgres
import Simulation

/// One promotion: a primary, its standby, workers before and after, and a JIRA that forgets nothing.
struct PromotionRound {
  /// What came of it.
  struct Outcome {
    let rows: Int
    /// Rows whose links the primary had and the standby lacks.
    let lost: Int
    let failure: String?
  }

  let cluster: String
  let standby: String
  let helper: String
  let seed: UInt64
  let forgets: Bool
  let executable: String
  let folder: String

  func perform() async throws -> Outcome {
    var random = SeededGenerator(seed: seed)
    let before = Int.random(in: 0...3, using: &random)
    let during = Int.random(in: 1...12, using: &random)
    var options = SandboxOptions()
    options.indexLag = .milliseconds(random.chance(50) ? 0 : 300)
    let sandbox = try await SandboxServer.start(options)
    let database = try await ScratchDatabase.make(on: cluster, for: "promotion")
    let linked = try await breakOff(database, sandbox, before: before, during: during)
    try await control("promote")
    let outcome = try await recover(
      try ScratchDatabase.adopt(database.name, on: standby, user: nil), sandbox,
      rows: before + during, linked: linked, lag: options.indexLag)
    try await control("reset")
    try await database.drop()
    try await sandbox.stop()
    return outcome
  }

  /// Makes issues, the last of them with commits that the standby never gets.
  ///
  /// - Returns: how many rows the primary has linked.
  private func breakOff(
    _ database: ScratchDatabase, _ sandbox: SandboxServer, before: Int, during: Int
  ) async throws -> Int {
    let primary = try await database.connect()
    try await addRows(before, primary)
    try await drain(database, sandbox)
    try await control("make")
    try await addRows(during, primary)
    try await waitUntilReceived(primary)
    try await cutReplication(to: try ScratchDatabase.adopt(database.name, on: standby, user: nil))
    try await drain(database, sandbox)
    let linked = try await count(primary, Self.linked)
    await primary.close()
    return linked
  }

  /// Starts a worker on the promoted standby, and counts.
  private func recover(
    _ replica: ScratchDatabase, _ sandbox: SandboxServer, rows: Int, linked: Int, lag: Duration
  ) async throws -> Outcome {
    let sql = try await replica.connect()
    let left = try await count(sql, Self.linked)
    if forgets { try await forget(sql) }
    try await drain(replica, sandbox)
    // The count must see what was made last.
    try await Task.sleep(for: lag + .milliseconds(5))
    let failure = try await verdict(sql, sandbox, rows: rows)
    await sql.close()
    return Outcome(rows: rows, lost: linked - left, failure: failure)
  }

  // MARK: - Steps

  private static let linked: SQL = "jira_sync.links where state = 'linked'"

  /// From here on the standby gets nothing: what the workers commit is lost.
  private func cutReplication(to replica: ScratchDatabase) async throws {
    let sql = try await replica.connect()
    _ = try await sql.query(
      "alter system set primary_conninfo = ''", doing: "cutting the replication")
    _ = try await sql.query("select pg_reload_conf()", doing: "cutting the replication")
    try await wait(sql, until: "not exists (select from pg_stat_wal_receiver)")
    await sql.close()
  }

  /// Takes away by what a worker sees that the database went back.
  private func forget(_ sql: PostgresConnection) async throws {
    _ = try await sql.query(
      "update jira_sync.site set server = null", doing: "forgetting the server")
    _ = try await sql.query(
      "update jira_sync.links set attempted_at = null", doing: "forgetting the intents")
  }

  private func control(_ command: String) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["bash", helper, command]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let (statuses, end) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = {
      end.yield($0.terminationStatus)
      end.finish()
    }
    try process.run()
    for await status in statuses where status != 0 {
      throw UsageError(
        message: "\(helper) \(command) ended with \(status); see \(folder)/standby.log")
    }
  }

  private func drain(_ database: ScratchDatabase, _ sandbox: SandboxServer) async throws {
    let worker = try ChildWorker(
      executable: executable,
      arguments: [
        "creation-worker", "--jira", sandbox.baseURL, "--looks", "40,150,400,1500", "--drain",
      ], database: try database.conninfo, log: "\(folder)/promotion.log")
    let status = await worker.end()
    guard status == 0 else {
      throw UsageError(message: "a worker ended with \(status); see \(folder)/promotion.log")
    }
  }

  private func addRows(_ number: Int, _ sql: PostgresConnection) async throws {
    _ = try await sql.query(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name, status, workflows,
        has_technical_debt, technical_debt)
      select to_hex(n), 'src/' || n || '.py', n || '.py', 3, 'Routers', 'NOVEL', '{WF1}', true, 'debt ' || n
      from generate_series(
        (select count(*) from public.file_audit) + 1, (select count(*) from public.file_audit) + \(number)::bigint) as n
      """, doing: "adding rows")
  }

  private func waitUntilReceived(_ primary: PostgresConnection) async throws {
    let place: String = try await primary.query(
      "select pg_current_wal_lsn()::text as place", doing: "reading the end of the WAL"
    ).one.get("place")
    try await wait(
      primary,
      until: "exists (select from pg_stat_replication where replay_lsn >= \(place)::pg_lsn)")
  }

  private func wait(_ sql: PostgresConnection, until condition: SQL) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      if try await sql.query("select (" + condition + ") as met", doing: "waiting").one.get("met") {
        return
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw UsageError(message: "the standby did not do in 30 s what it should")
  }

  private func count(_ sql: PostgresConnection, _ from: SQL) async throws -> Int {
    try await sql.query("select count(*) as n from " + from, doing: "counting").one.get("n")
  }

  /// What is wrong; nil where each row has one issue.
  private func verdict(
    _ sql: PostgresConnection, _ sandbox: SandboxServer, rows: Int
  ) async throws -> String? {
    let state = try await sql.query(
      """
      select count(*) filter (where l.state = 'linked' and f.jira_tickets = array[l.issue_key]::varchar[]) as linked,
        count(distinct l.issue_id) as issues,
        string_agg(f.file_path || ': ' || coalesce(l.state, 'no link') || ' ' || coalesce(l.last_error, ''), '; ')
          filter (where l.state is distinct from 'linked') as wrong
      from public.file_audit as f left join jira_sync.links as l on l.row_id = f.id::text and l.state <> 'row_gone'
      """, doing: "counting"
    ).one
    let (linked, issues): (Int, Int) = (try state.get("linked"), try state.get("issues"))
    let made = sandbox.sandbox.answer(
      SandboxRequest(
        "POST", "/rest/api/3/search/approximate-count", headers: ["authorization": "Bearer alex"],
        body: Data(#"{"jql": "project = SCRSKY"}"#.utf8)))
    let total = try JSON(parsing: made.body)["count"]?.integer ?? -1
    guard linked == rows, issues == rows, total == rows else {
      return
        "\(rows) rows, \(linked) linked with \(issues) issues, JIRA has \(total). \(try state.get("wrong", as: String?.self) ?? "")"
    }
    return nil
  }
}
