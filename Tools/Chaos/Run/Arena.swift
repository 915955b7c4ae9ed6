import Foundation
import Logging
import Postgres

/// A database with its feeder and its workers, while one kind of fault strikes.
struct Arena: Sendable {
  /// The role that workers connect as: no superuser, so that the last connections are not theirs.
  static let role = "chaos_owner"

  let site: Site
  let name: String
  /// As the workers' role.
  let uri: String
  /// As superuser.
  let adminURI: String
  let admin: PostgresClient
  let fleet: Fleet
  let bouncer: Bouncer?
  let pace: Pace

  /// Makes the database, and the workers, which are not started yet.
  static func make(
    _ site: Site, for scenario: Scenario, pace: Pace, executable: String
  ) async throws -> Arena {
    let name = "chaos_run_" + UUID().uuidString.lowercased().filter { $0 != "-" }
    try await execute(
      [
        """
        do $$ begin
          create role \(role) login createrole bypassrls;
        exception when duplicate_object then null; end $$
        """,
        "create database \(name) owner \(role)",
      ], at: site.cluster)
    let scratch = try ScratchDatabase.adopt(name, on: site.cluster, user: role)
    let connection = try await scratch.connect()
    try await ScratchDatabase.migrate(connection)
    try await connection.script(Traces.schema, doing: "preparing traces")
    await connection.close()
    let uri = try scratch.conninfo
    let adminURI = try ScratchDatabase.adopt(name, on: site.cluster, user: nil).conninfo
    let bouncer = try scenario.pooling.map { mode in
      try Bouncer(site: site, database: uri, mode: mode)
    }
    let log = "\(site.folder)/workers-\(scenario.name.replacingOccurrences(of: " ", with: "-")).log"
    let fleet = Fleet(
      executable: executable,
      arguments: ["worker", "--lease", "\(pace.lease)", "--concurrency", "4", "--work", "40"],
      database: bouncer?.database ?? uri, log: log)
    return Arena(
      site: site, name: name, uri: uri, adminURI: adminURI,
      admin: PostgresClient(
        try PostgresConfiguration(conninfo: adminURI, applicationName: "chaos-watch")),
      fleet: fleet, bouncer: bouncer, pace: pace)
  }

  /// Drops the database.
  func drop() async throws {
    await admin.close()
    try await Self.execute(["drop database \(name) with (force)"], at: site.cluster)
  }

  /// Runs statements one by one on a connection of its own.
  static func execute(_ statements: [String], at uri: String) async throws {
    let connection = try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: uri, applicationName: "chaos", connectTimeout: .seconds(20)))
    do {
      for statement in statements {
        _ = try await connection.query(SQL(unescaped: statement), doing: "preparing the arena")
      }
    } catch {
      await connection.close()
      throw error
    }
    await connection.close()
  }

  /// Gives a body a connection of its own, and closes it afterwards.
  func withConnection<Value: Sendable>(
    to uri: String, as name: String, _ body: (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: uri, applicationName: name))
    let result: Result<Value, any Error>
    do { result = .success(try await body(connection)) } catch { result = .failure(error) }
    await connection.close()
    return try result.get()
  }

  /// Asks until the database answers: it may be away.
  func ask(_ sql: SQL, doing: String) async throws -> PostgresResult {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      do {
        return try await admin.query(sql, doing: doing)
      } catch {
        if ContinuousClock.now > deadline { throw error }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// The process id of a worker that runs something now; an idle one would not be missed.
  func busyWorker() async throws -> Int32? {
    for _ in 0..<50 {
      let row = try await ask(
        """
        select split_part(w.name, ':', 2)::integer as pid
        from jira_sync.workers as w
        inner join jira_sync.jobs as j on j.worker = w.incarnation and j.state = 'running'
        order by random() limit 1
        """, doing: "reading which workers are busy"
      ).rows.first
      if let row { return try row.get("pid", as: Int32.self) }
      try await Task.sleep(for: .milliseconds(10))
    }
    return nil
  }

  /// Cancels what the workers' sessions run now.
  func cancelStatements() async throws {
    _ = try await ask(
      """
      select pg_cancel_backend(pid) from pg_stat_activity
      where datname = \(name) and application_name like 'chaos-worker%' and state = 'active'
      """, doing: "cancelling the workers' statements")
  }

  /// Ends all sessions of the workers.
  func terminateBackends() async throws {
    _ = try await ask(
      """
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = \(name) and application_name like 'chaos-worker%'
      """, doing: "ending the workers' sessions")
  }
}
