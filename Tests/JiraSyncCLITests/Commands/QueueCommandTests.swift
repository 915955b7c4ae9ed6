import Foundation
import JSON
import Postgres
import TestSupport
import Testing

/// `jira-sync status`, `jobs`, `schedule`, `conflicts`: what they list, and what they do.
@Suite(.requiresPostgres, .timeLimit(.minutes(20)))
struct QueueCommandTests {
  @Test
  func `status --json has these members, and more may come`() async throws {
    try await CommandWorld.with { world in
      let status = try await world.json("status")
      #expect(
        status.keys.isSuperset(of: [
          "site", "project", "due", "later", "running", "dead", "workers", "linked", "creating",
          "create_unknown", "with_error", "open_conflicts", "oldest_due", "paused_at",
          "pause_reason", "poll_watermark", "polled_at", "poll_lag_seconds", "poll_error",
          "queue", "worker_list", "schedule_list", "errors", "rate_limits", "circuit", "findings",
        ]))
      let text = try await world.run("status").output
      #expect(text.contains("workers    none; start one: jira-sync worker"))
      #expect(!text.contains("\u{1B}"), "no colours where nobody looks")
    }
  }

  @Test func `status says what is wrong with the installation`() async throws {
    try await CommandWorld.with { world in
      try await world.execute("drop trigger jira_sync_updated on public.file_audit")
      let text = try await world.run("status").output
      #expect(text.contains("error      the trigger jira_sync_updated is missing"), "\(text)")
      let finding = try #require(try await world.json("status")["findings"]?.array?.first)
      #expect(finding["is_error"]?.bool == true)
      #expect(finding["remedy"]?.string?.contains("jira-sync migrate") == true)
    }
  }

  @Test(arguments: ["jobs", "workers", "links"])
  func `status does not wait for a table that another session has locked`(table: String)
    async throws
  {
    try await CommandWorld.with { world in
      try await world.connection.transaction(doing: "holding a lock") { transaction in
        _ = try await transaction.query(
          "lock table jira_sync.\(identifier: table)", doing: "holding a lock")
        let outcome = try await world.run("status")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("another session has locked a table"), "\(outcome.errors)")
      }
      #expect(try await world.run("status").status == 0)
    }
  }

  @Test
  func `jobs are listed, paused, resumed, cancelled, and made ready again`() async throws {
    try await CommandWorld.with(rows: 1) { world in
      #expect(try await world.run("jobs").output == "no jobs\n")
      try await world.execute(
        "insert into jira_sync.jobs (kind, args) values ('noop', '{\"key\": \"a\"}'), ('noop', '{}')"
      )
      try await world.execute(
        "update jira_sync.jobs set state = 'dead', last_error = 'gone wrong' where args = '{}'")
      let list = try #require(try await world.json("jobs", "list").array)
      #expect(
        list.first?.keys == [
          "id", "kind", "table_name", "row_id", "label", "key", "state", "priority", "run_at",
          "attempt", "max_attempts", "crashes", "args", "worker", "last_error", "created_at",
          "started_at", "cancel_requested",
        ])
      #expect(list.map { $0["state"] } == ["ready", "dead"])
      #expect(try await world.json("jobs", "list", "--state", "dead").array?.count == 1)
      #expect(try await world.json("jobs", "list", "--kind", "noop").array?.count == 2)
      // A kind that there is none of lists nothing, and looks like a quiet queue.
      let misspelt = try await world.run("jobs", "list", "--kind", "pusch")
      #expect(misspelt.status == 64)
      #expect(misspelt.errors.contains("pusch"))
      // A file that is not there is said also by a command that needs nothing of it.
      let lost = try await world.run("jobs", "list", "--config", "no-such.yaml")
      #expect(lost.status == 78)
      #expect(lost.errors.contains("no-such.yaml"))
      #expect(try await world.run("jobs", "retry", "--all").output == "1 jobs are ready again\n")
      #expect(try await world.run("jobs", "pause", "lunch").status == 0)
      let paused = try await world.run("worker", "--drain")
      #expect(paused.status == 69)
      #expect(paused.errors.contains("paused (lunch)"))
      #expect(try await world.run("jobs", "resume").status == 0)
      let id: Int = try await world.value("select min(id) as value from jira_sync.jobs")
      #expect(try await world.run("jobs", "cancel", "\(id)").output == "cancelled job \(id)\n")
      #expect(try await world.run("worker", "--drain").status == 0)
    }
  }

  @Test
  func `schedules are listed, set and removed`() async throws {
    try await CommandWorld.with { world in
      let list = try #require(try await world.json("schedule", "list").array)
      #expect(list.map { $0["name"] } == ["poll", "sweep"])
      #expect(
        list.first?.keys == [
          "name", "kind", "cron", "scheduler", "scheduler_reason", "set_by", "missed", "last_run",
          "next_run", "last_job_id", "last_outcome", "args",
        ])
      let said = try await world.run("schedule", "set", "full_sync", "0 3 * * *").output
      #expect(said.hasPrefix("full_sync: 0 3 * * *, kept by the workers, next at "))
      #expect(try await world.json("schedule").array?.count == 3)
      #expect(try await world.run("schedule", "remove", "full_sync").status == 0)
      #expect(try await world.json("schedule").array?.count == 2)
    }
  }

  @Test
  func `conflicts are listed, and one is decided`() async throws {
    try await CommandWorld.with(rows: 1) { world in
      try await world.execute(
        """
        insert into jira_sync.conflicts (
          table_name, row_id, issue_key, field, columns, row_value, issue_value, policy, winner, reason)
        select 'file_audit', id, 'SCRSKY-1001', 'notes', '{notes}', '"ours"', '"theirs"', 'manual', 'open', 'both_changed'
        from public.file_audit
        """)
      let list = try #require(try await world.json("conflicts", "list").array)
      #expect(
        list.first?.keys == [
          "id", "at", "table_name", "row_id", "label", "issue_key", "field", "columns", "base",
          "row_value", "issue_value", "policy", "winner", "reason", "resolution",
          "resolution_value", "resolved_by", "resolved_at", "applied_at", "job_id",
        ])
      let decided = try await world.run("conflicts", "resolve", "1", "--value", "5")
      #expect(decided.status == 0, "\(decided.errors)")
      #expect(
        try await world.value(
          "select resolution = 'value' and resolution_value = '\"5\"' as value from jira_sync.conflicts"
        ),
        "the column holds texts, so 5 is one")
      #expect(try await world.json("conflicts", "list").array?.isEmpty == true)
      #expect(try await world.json("conflicts", "list", "--all").array?.count == 1)
    }
  }

  @Test
  func `rows that something stands in the way of are listed`() async throws {
    try await CommandWorld.with(rows: 2) { world in
      let none = try await world.run("explain", "--errors")
      #expect(none.status == 0 && none.output == "no row has an error\n")
      try await world.execute(
        """
        insert into jira_sync.links (table_name, row_id, label, state, last_error)
        select 'file_audit', id, file_path, 'creating', 'layer_name (JIRA field Layer): no such option'
        from public.file_audit order by id limit 1
        """)
      let list = try await world.run("explain", "--errors")
      #expect(list.output.split(separator: "\n").count == 2)
      #expect(list.output.contains("layer_name (JIRA field Layer): no such option"))
      let json = try JSON(parsing: try await world.run("explain", "--errors", "--json").output)
      #expect(json[0]?["state"] == "creating")
      for wrong in [["explain"], ["explain", "0001", "--errors"]] {
        #expect(try await world.run(wrong).status == 64)
      }
    }
  }

  /// Catches a result that nobody got, and a status that says that somebody did.
  @Test
  func `output that cannot be written is a failure`() async throws {
    try await CommandWorld.with { world in
      try await Program.withFolder { program in
        let shell = "exec \(try Program.executable().path) status --json > /dev/full"
        let outcome = try await program.execute(
          URL(filePath: "/bin/sh"), ["-c", shell], environment: world.environment)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("cannot write to standard output: No space left on device"))
      }
    }
  }

  @Test
  func `a database without the schema, or with an old one, is said as such`() async throws {
    try await withDatabase(migrated: false) { database in
      try await Program.withFolder { program in
        let environment = ["DATABASE_URL": database.conninfo]
        let none = try await program.run("status", environment: environment)
        #expect(none.status == 1)
        #expect(none.errors.contains("has no schema jira_sync. Install it with: jira-sync migrate"))
      }
    }
    try await CommandWorld.with { world in
      try await world.execute(
        "delete from jira_sync.migrations where version = (select max(version) from jira_sync.migrations)"
      )
      let old = try await world.run("jobs", "list")
      #expect(old.status == 1)
      #expect(old.errors.contains("is older than this program: 1 migrations are missing"))
    }
  }
}
