import JSON
import Postgres
import TestSupport
import Testing

/// `jira-sync sync` and `poll`.
@Suite(.requiresPostgres, .timeLimit(.minutes(20)))
struct SyncCommandTests {
  @Test
  func `a dry run shows every field with base, row, issue and outcome, and writes nothing`()
    async throws
  {
    try await CommandWorld.with(rows: 2) { world in
      let plan = try await world.json("sync", "1", "src/file2.py", "--dry-run")
      #expect(plan.keys == ["dry_run", "summary", "rows"])
      #expect(plan["summary"]?["create"] == 2)
      let rows = try #require(plan["rows"]?.array)
      #expect(rows.map { $0["file_number"] } == ["0001", "0002"])
      #expect(
        rows[0].keys == [
          "table_name", "row_id", "file_number", "label", "issue_key", "action", "note", "fields",
        ])
      let summary = try #require(rows[0]["fields"]?.array?.first { $0["field"] == "summary" })
      #expect(
        summary.keys == [
          "field", "columns", "jira_field", "base", "row", "issue", "outcome", "reason",
        ])
      #expect(summary["row"] == "[0001] src/file1.py — debt of file 1")
      #expect(summary["outcome"] == "write_jira")
      #expect(world.issues == 0)
      #expect(try await world.value("select count(*) = 0 as value from jira_sync.jobs"))
      #expect(try await world.value("select count(*) = 0 as value from jira_sync.site"))
    }
  }

  @Test
  func `a first backfill says what it would make and wants to be told`() async throws {
    try await CommandWorld.with(rows: 3, ticketed: 1) { world in
      let silent = try await world.run("sync", "--all")
      #expect(silent.status == 64)
      #expect(silent.errors.contains("makes 2 issues in SCRSKY, 1 more row names tickets already"))
      #expect(silent.errors.contains("--create") && silent.errors.contains("--adopt"))
      let chosen = try await world.run("sync", "--all", "--skip")
      #expect(chosen.status == 64)
      #expect(chosen.errors.contains("Say --yes to go ahead"))
      #expect(try await world.value("select count(*) = 0 as value from jira_sync.jobs"))
      let agreed = try await world.run("sync", "--all", "--skip", "--yes")
      #expect(agreed.status == 0)
      #expect(agreed.output == "enqueued 3 jobs for 3 rows\n")
      let drained = try await world.run("worker", "--drain")
      #expect(drained.status == 0, "\(drained.errors)")
      #expect(world.issues == 2, "the row that names a ticket was to be skipped")
    }
  }

  @Test
  func `--wait follows the jobs to their end, and a second sync has nothing to do`() async throws {
    try await CommandWorld.with(rows: 2) { world in
      async let waiting = world.run("sync", "1", "2", "--wait")
      try await world.connection.waitUntil(
        "select count(*) = 2 as met from jira_sync.jobs", doing: "waiting for the jobs")
      let drained = try await world.run("worker", "--drain")
      #expect(drained.status == 0)
      let outcome = try await waiting
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("2 jobs: 2 done, 0 failed, "))
      #expect(world.issues == 2)
      let plan = try await world.run("sync", "--all", "--dry-run")
      #expect(
        plan.output == "2 rows: 0 to create, 0 to update, 2 unchanged. Nothing was written.\n")
      // Both sides of one field, told apart.
      try await world.execute(
        "update public.file_audit set notes = 'by hand' where file_number = '0001'")
      let changed = try await world.run("sync", "1", "--dry-run")
      #expect(changed.output.contains("notes"))
      #expect(changed.output.contains("→ JIRA"))
      let explained = try await world.json("explain", "0001")
      #expect(
        explained.keys == [
          "table_name", "row_id", "file_number", "label", "exists", "has_technical_debt", "link",
          "jobs", "attempts", "conflicts", "suspended", "plan", "plan_error",
        ])
      #expect(explained["link"]?["state"] == "linked")
      #expect(explained["plan"]?["action"] == "update")
      let history = try #require(try await world.json("history", "src/file1.py").array)
      #expect(
        history.first?.keys == [
          "at", "table_name", "row_id", "what", "side", "field", "old_value", "new_value",
          "issue_key", "cause", "job_id",
          "by",
        ])
      let unlinked = try await world.run("unlink", "2")
      #expect(unlinked.output.contains("is not linked with SCRSKY-1002 any more"))
      #expect(try await world.run("unlink", "2").status == 1)
      let linked = try await world.run("link", "2", "SCRSKY-1001")
      #expect(linked.status == 1)
      #expect(linked.errors.contains("SCRSKY-1001 belongs to src/file1.py already"))
    }
  }

  @Test
  func `a job that is refused makes --wait end with 1 and say why`() async throws {
    try await CommandWorld.with(rows: 1) { world in
      try await world.execute(
        "insert into jira_sync.jobs (kind, args) values ('full_sync', '{\"direction\": \"up\"}')")
      let drained = try await world.run("worker", "--drain")
      #expect(drained.status == 1)
      let jobs = try await world.json("jobs", "show", "2")
      #expect(jobs["job"] == .null)
      #expect(jobs["attempts"]?[0]?["outcome"] == "refused")
    }
  }

  @Test
  func `a full_sync only enqueues sync jobs, behind everything else`() async throws {
    try await CommandWorld.with(rows: 5) { world in
      try await world.execute("insert into jira_sync.jobs (kind) values ('full_sync')")
      let drained = try await world.run("worker", "--drain")
      #expect(drained.status == 0)
      #expect(world.issues == 5)
      #expect(
        try await world.value(
          "select count(*) = 5 as value from jira_sync.job_history where kind = 'sync' and outcome = 'done'"
        ))
    }
  }

  @Test(
    arguments: [
      (["sync", "9999"], 1, "no row of public.file_audit has the file number or path '9999'"),
      (["sync", "file1"], 1, "Near it: src/file1.py"),
      (["explain", "nope"], 1, "no row of public.file_audit"),
      (["history", "nope"], 1, "no row of public.file_audit"),
      (["sync", "--where", "layer=1"], 1, "has no column 'layer'; it has id, file_number"),
      (["sync", "--where", "1=1"], 64, "--where"),
      (["sync", "1", "--direction", "up"], 64, "'push', 'pull' or 'both'"),
      (["sync"], 64, "which rows?"),
      (["sync", "1", "--all"], 64, "do not go together"),
      (["poll", "--since", "yesterday"], 64, "--since is 'yesterday'"),
      (["conflicts", "resolve", "1", "--row"], 1, "there is no conflict 1"),
      (["conflicts", "resolve", "1"], 64, "--row, --jira and --value"),
      (["jobs", "show", "4711"], 1, "there is no job 4711"),
      (["jobs", "cancel", "4711"], 1, "there is no job 4711"),
      (["jobs", "retry", "4711"], 1, "no dead job 4711"),
      (["schedule", "set", "poll", "61 * * * *"], 64, "'61' is out of range for the minute"),
      (["schedule", "set", "nightly", "@daily"], 64, "unknown schedule"),
      (["schedule", "remove", "nobody"], 1, "there is no schedule 'nobody'"),
      (["link", "1", "SCRSKY-9"], 1, "JIRA has no issue SCRSKY-9"),
    ] as [([String], Int32, String)])
  func `bad input is one line that says what, and changes nothing`(
    arguments: [String], status: Int32, said: String
  ) async throws {
    try await CommandWorld.with(rows: 1) { world in
      let outcome = try await world.run(arguments)
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(outcome.errors.contains(said), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(try await world.value("select count(*) = 0 as value from jira_sync.jobs"))
    }
  }
}
