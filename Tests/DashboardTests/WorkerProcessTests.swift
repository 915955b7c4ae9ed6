import JSON
import Postgres
import TestSupport
import Testing

@testable import Dashboard

/// A real worker process with a real database, which goes, comes back, and gets stuck: `/readyz` tells the truth.
@Suite(.requiresPostgres, .timeLimit(.minutes(8)))
struct WorkerProcessTests {
  /// JIRA is out of reach in all of these: a worker is ready without it.
  private func environment(_ database: TestDatabase) -> [String: String] {
    [
      "DATABASE_URL": database.conninfo, "JIRA_BASE_URL": "http://127.0.0.1:1", "JIRA_PAT": "x",
      "JIRA_PROJECT": "SCRSKY", "PATH": "/usr/bin:/bin",
    ]
  }

  /// Lets nobody into the database and sends everybody away, or lets them in again.
  private func open(_ database: TestDatabase, _ isOpen: Bool) async throws {
    let admin = try await TestCluster.connect()
    _ = try await admin.query(
      "alter database \(identifier: database.name) allow_connections \(unescaped: isOpen ? "true" : "false")",
      doing: "opening or closing a database")
    if !isOpen {
      _ = try await admin.query(
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = \(database.name)",
        doing: "sending everybody away")
    }
    await admin.close()
  }

  @Test
  func `starting without a database, running, paused, without a database again, and stopped`()
    async throws
  {
    try await withDatabase { database in
      try await open(database, false)
      let worker = try await WorkerProgram.start(environment: environment(database))
      defer { worker.kill() }
      let starting = try await worker.readiness(503, saying: "database cannot be used")
      #expect(starting["reasons"]?[0] == "the worker is starting")
      #expect(try await worker.site.ask("GET", "/healthz").status == 200)
      let blind = try await worker.site.ask("GET", "/metrics")
      #expect(blind.status == 200)
      #expect(blind.body.contains("jira_sync_database_up 0"))
      #expect(try await worker.site.ask("GET", "/").body.contains("The database does not answer"))

      try await open(database, true)
      try await worker.readiness(200, saying: "nothing that calls JIRA is claimed")
      // What was seen last, that the database is away, is shown for a second.
      var seeing = try await worker.site.ask("GET", "/metrics")
      let deadline = ContinuousClock.now + .seconds(30)
      while !seeing.body.contains("jira_sync_database_up 1"), .now < deadline {
        // There is no event for a changed page.
        try await Task.sleep(for: .milliseconds(100))
        seeing = try await worker.site.ask("GET", "/metrics")
      }
      #expect(seeing.body.contains("jira_sync_database_up 1"))
      #expect(seeing.body.contains("jira_sync_workers 1"))
      #expect(seeing.body.contains("jira_sync_worker_ready 1"))
      #expect(seeing.body.contains("status=\"network\""))
      if OpenMetricsParser.python != nil { _ = try await OpenMetricsParser.parse(seeing.body) }

      let person = try await database.connect()
      try await person.script("select jira_sync.pause('for a test')", doing: "pausing")
      try await worker.readiness(200, saying: "the queue is paused")
      #expect(try await worker.site.ask("GET", "/").body.contains("for a test"))
      try await person.script("select jira_sync.resume()", doing: "resuming")
      await person.close()

      try await open(database, false)
      try await worker.readiness(503, saying: "database cannot be used")
      #expect(try await worker.site.ask("GET", "/healthz").status == 200)
      try await open(database, true)
      let back = try await worker.readiness(200)
      #expect(back["reasons"] == [])

      worker.terminate()
      #expect(await worker.end() == 0)
      await #expect(throws: Website.NoAnswer.self) { try await worker.site.ask("GET", "/") }
    }
  }

  @Test
  func `a claim that does not come back, while the heartbeat goes on, and a worker that stops`()
    async throws
  {
    try await withDatabase { database in
      let worker = try await WorkerProgram.start(environment: environment(database))
      defer { worker.kill() }
      try await worker.readiness(200)
      let person = try await database.connect()
      let claim: String = try await person.query(
        "select pg_get_functiondef(oid) as definition from pg_proc where proname = 'claim'",
        doing: "reading claim()"
      ).one.get("definition")
      let stuck = claim.replacing(
        "\nbegin\n", with: "\nbegin\nperform pg_sleep(300);\n", maxReplacements: 1)
      #expect(stuck != claim)
      try await person.script(stuck, doing: "making claims take for ever")
      try await person.script(
        "insert into jira_sync.jobs (kind) values ('noop')", doing: "giving it something to do")
      let unready = try await worker.readiness(503, saying: "claim loop has not moved")
      #expect(unready["reasons"]?.array?.count == 1)
      #expect(unready["reasons"]?[0]?.string?.hasSuffix("claiming jobs") == true)

      // Told to stop now, it cannot before the claim has come back: it says so as long as that takes.
      worker.terminate()
      try await worker.readiness(503, saying: "the worker is stopping")
      try await person.script(claim, doing: "letting claims be")
      let admin = try await database.connectAsSuperuser()
      _ = try await admin.query(
        """
        select pg_cancel_backend(pid) from pg_stat_activity
        where datname = \(database.name) and query like '%jira_sync.claim%' and pid <> pg_backend_pid()
        """, doing: "ending the claim")
      await admin.close()
      await person.close()
      #expect(await worker.end() == 0)
    }
  }

  @Test
  func `a port that is taken: 69, and nothing has begun`() async throws {
    try await withDatabase { database in
      let first = try await WorkerProgram.start(environment: environment(database))
      defer { first.kill() }
      let error = await #expect(throws: WorkerProgram.Failure.self) {
        try await WorkerProgram.start(
          ["--http-port", "\(first.site.port)"], environment: environment(database))
      }
      #expect(
        error?.description.contains("cannot serve the dashboard on 127.0.0.1 port") == true)
      try await first.readiness(200)
      let person = try await database.connect()
      let workers: Int = try await person.query(
        "select count(*) as count from jira_sync.workers", doing: "counting workers"
      ).one.get("count")
      #expect(workers == 1)
      await person.close()
    }
  }
}
