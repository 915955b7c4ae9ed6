import Foundation
import JSON
import Postgres
import TestSupport
import Testing

@testable import Notifications

/// Reports from a database with a past.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct ReportTests {
  /// Three rows with debt, one of which was finished yesterday; a failure, a conflict, and some work.
  private static let past: [SQL] = [
    """
    insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name, status, workflows,
      has_technical_debt, technical_debt)
    select lpad(n::text, 4, '0'), 'src/file' || n || '.py', 'f', 3, case when n = 1 then 'Models & <ENUMs>' else 'Routers' end,
      'NOVEL', '{WF1,WF2}', n <> 3, 'debt | of ' || n from generate_series(1, 4) as n where n < 4
    """,
    "delete from jira_sync.jobs",
    """
    insert into jira_sync.site (base_url, project_key, deployment, bound_at)
    values ('https://jira.example', 'X', 'cloud', now() - interval '40 days')
    """,
    """
    insert into jira_sync.links (
      table_name, row_id, label, issue_id, issue_key, state, created_at, attempted_at, marker, synced_at)
    select 'file_audit', id, file_path, id::text, 'X-' || id, 'linked', now() - id * interval '2 days',
      now() - id * interval '2 days', gen_random_uuid(), now()
    from public.file_audit
    """,
    """
    insert into jira_sync.changes (at, table_name, row_id, side, field, new_value)
    values (now() - interval '1 day', 'file_audit', 3, 'row', 'has_technical_debt', 'false'),
      (now() - interval '1 day', 'file_audit', 3, 'jira', 'summary', '"x"'),
      (now(), 'file_audit', 1, 'jira', 'summary', '"y"')
    """,
    """
    insert into jira_sync.conflicts (table_name, row_id, field, columns, policy, winner)
    values ('file_audit', 1, 'notes', '{notes}', 'row_wins', 'row'),
      ('file_audit', 1, 'notes', '{notes}', 'manual', 'open')
    """,
    """
    insert into jira_sync.job_history (id, kind, table_name, row_id, attempt, outcome, error, enqueued_at, finished_at)
    select n, 'push', 'file_audit', '1', 1, 'done', null, now() - interval '1 hour', now() - interval '1 hour' + n * interval '10 ms'
    from generate_series(1, 100) as n
    union all
    select n, 'push', 'file_audit', '2', 1, 'refused', 'issue X-' || n || ' has no option "' || n || '"', now(), now()
    from generate_series(101, 107) as n
    """,
  ]

  private func report(
    of period: Duration = .seconds(7 * 86_400), isHostile: Bool = false,
    _ body: (Report) throws -> Void
  ) async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      if isHostile { try await HostileSettings.impose(on: world.database) }
      let connection = try await PostgresConnection.connect(world.database.configuration)
      try body(try await ReportStore(connection).report(of: period))
      await connection.close()
    }
  }

  @Test(arguments: [false, true])
  func `it says what was synced, how fast, and what is left, whatever the settings of the database`(
    isHostile: Bool
  ) async throws {
    try await report(isHostile: isHostile) { report in
      #expect(report.rows == 3)
      #expect(report.open == 2)
      #expect(report.created == 3)
      #expect(report.issuesUpdated == 2)
      #expect(report.rowsUpdated == 1)
      #expect(report.toJira.count == 100)
      #expect(abs((report.toJira.median ?? 0) - 0.505) < 0.01)
      #expect(abs((report.toJira.p95 ?? 0) - 0.9505) < 0.01)
      #expect(report.layers.map(\.name) == ["Models & <ENUMs>", "Routers"])
      #expect(report.layers.map(\.open) == [1, 1])
      #expect(report.workflows.map(\.open) == [2, 2])
      // The seven refusals differ in nothing but the row.
      #expect(report.failures.map(\.count) == [7])
      #expect(
        report.conflicts == [
          Report.Conflicts(field: "notes", rowWon: 1, jiraWon: 0, byHand: 0, open: 1)
        ])
      #expect(report.oldest.map(\.label) == ["src/file2.py", "src/file1.py"])
    }
  }

  /// Catches the beginning of the period taken for the end of its first day.
  @Test func `what has come within hours is a change`() async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run("update jira_sync.links set created_at = now() - interval '1 hour'")
      let report = try await ReportStore(world.sql).report(of: .seconds(2 * 3_600))
      #expect(report.open == 2 && report.openBefore == 0)
      #expect(report.openBefore == report.layers.map(\.before).reduce(0, +))
    }
  }

  /// Catches links that were adopted or made by hand, and jobs that a person asked for, which wait for their turn.
  @Test func `what was linked by hand was not created, and what was asked for is no change`()
    async throws
  {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run(
        "update jira_sync.links set marker = null, attempted_at = null where row_id = '1'")
      try await world.run(
        """
        insert into jira_sync.job_history (id, kind, row_id, attempt, outcome, enqueued_at, finished_at)
        select n, 'sync', 1, 1, 'done', now() - interval '1 hour', now() from generate_series(201, 500) as n
        """)
      let report = try await ReportStore(world.sql).report(of: .seconds(7 * 86_400))
      #expect(report.created == 2)
      #expect(report.toJira.count == 100)
      #expect((report.toJira.p95 ?? 0) < 1)
    }
  }

  /// Catches a summary that looks at links alone.
  @Test func `all is in sync only where nothing waits, nothing is dead, and JIRA can be called`()
    async throws
  {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run("update jira_sync.conflicts set winner = 'row'")
      func summary() async throws -> String {
        ReportWords(try await ReportStore(world.sql).report(of: .seconds(86_400))).summary
      }
      #expect(try await summary().contains("Every row is in sync with JIRA."))
      try await world.run(
        "insert into jira_sync.jobs (kind, row_id, run_at) values ('push', 1, now() - interval '1 hour')"
      )
      #expect(try await summary().contains("1 change has waited for more than a minute."))
      try await world.run("update jira_sync.jobs set state = 'dead'")
      #expect(try await summary().contains("1 job was given up."))
      try await world.run("delete from jira_sync.jobs")
      try await world.run(
        "update jira_sync.circuit set state = 'open', cause = 'credentials', reason = 'the token is wrong'"
      )
      #expect(try await summary().contains("JIRA cannot be called at the moment"))
      #expect(try await !summary().contains("in sync"))
    }
  }

  /// Catches an element that is NULL, which no report survived, and a workflow that counts twice for one row.
  @Test func `arrays hold what arrays hold`() async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run("update public.file_audit set workflows = '{WF1,NULL,WF1}' where id = 1")
      let report = try await ReportStore(world.sql).report(of: .seconds(86_400))
      #expect(report.workflows.map(\.name) == ["WF1", "WF2"])
      #expect(report.workflows.map(\.open) == [2, 1])
    }
  }

  /// Catches lists that end in silence: a reader takes thirty workflows for all there are.
  @Test func `a list that is not shown whole says so`() async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run(
        """
        update public.file_audit set workflows = array(select 'WF' || n from generate_series(1, 42) as n)
        where id = 1
        """)
      let report = try await ReportStore(world.sql).report(of: .seconds(86_400))
      #expect(report.workflows.count == 30)
      #expect(report.moreWorkflows == 12)
      #expect(report.moreLayers == 0)
      for format in [ReportFormat.text, .markdown, .html] {
        let written = report.written(as: format)
        #expect(written.components(separatedBy: "… and 12 more").count == 2, "\(format)")
        #expect(written.components(separatedBy: "… and ").count == 2, "\(format)")
      }
      #expect(try JSON(parsing: report.written(as: .json))["more_workflows"] == 12)
    }
  }

  /// Catches days that begin when the session's day does.
  @Test(arguments: ["America/New_York", "Asia/Tokyo"])
  func `days are those of UTC, wherever the database is`(zone: String) async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      let expected = try await ReportStore(world.sql).report(of: .seconds(7 * 86_400)).days
      try await world.run("select set_config('timezone', \(zone), false)")
      let days = try await ReportStore(world.sql).report(of: .seconds(7 * 86_400)).days
      #expect(days.map(\.date) == expected.map(\.date))
      #expect(days.map(\.created) == expected.map(\.created))
      #expect(days.map(\.created).reduce(0, +) == 3)
    }
  }

  /// Catches control characters that move a terminal's cursor, and a character that joins with the one after it, which is then
  /// no bracket any more to whoever compares characters.
  @Test func `a path is one line, and no markup`() async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run(
        "update public.file_audit set file_path = \("src/\u{1B}[31mred\n\u{600}<img src=x>\u{600}|") where id = 1"
      )
      let report = try await ReportStore(world.sql).report(of: .seconds(7 * 86_400))
      #expect(!report.written(as: .text).contains("\u{1B}"))
      let markdown = report.written(as: .markdown)
      #expect(!markdown.contains("\u{1B}"))
      for mark in ["<img", "|"] {
        #expect(!markdown.unicodeScalars.starts(with: "\u{600}\(mark)".unicodeScalars))
        #expect(markdown.utf8.firstRange(of: Array("\u{600}\(mark)".utf8)) == nil)
      }
    }
  }

  @Test func `debt over time goes up with issues and down when they are done`() async throws {
    try await report { report in
      // Links are 2, 4 and 6 days old, and the oldest was finished yesterday.
      #expect(report.days.map(\.open) == [0, 1, 1, 2, 2, 3, 2, 2])
      #expect(report.openBefore == 0)
    }
  }

  @Test func `what was there when the system came is no growth`() async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run("update jira_sync.site set bound_at = now() - interval '10 days'")
      try await world.run(
        "update jira_sync.links set created_at = now() - interval '10 days' + interval '1 minute'")
      let report = try await ReportStore(world.sql).report(of: .seconds(14 * 86_400))
      #expect(report.days.first?.open == 3)
    }
  }

  @Test(arguments: ReportFormat.allCases)
  func `an empty database has a report, too`(format: ReportFormat) async throws {
    try await OutboxWorld.with([]) { world in
      let report = try await ReportStore(world.sql).report(of: .seconds(3_600))
      #expect(report.written(as: format).count > 100)
    }
  }

  @Test func `every format escapes what a row holds`() async throws {
    try await report { report in
      #expect(!report.written(as: .html).contains("<ENUMs>"))
      #expect(report.written(as: .markdown).contains("debt \\| of 1"))
      let json = try JSON(parsing: report.written(as: .json))
      #expect(json["layers"]?[0]?["name"] == "Models & <ENUMs>")
      #expect(json["to_jira"]?["count"] == 100)
      #expect(report.written(as: .text).contains("Nothing failed") == false)
    }
  }

  @Test func `the page needs nothing from elsewhere`() async throws {
    try await report { report in
      let page = report.written(as: .html)
      for word in ["<script", "src=", "@import", "url(", "<link"] { #expect(!page.contains(word)) }
      #expect(page.components(separatedBy: "<svg").count == 3)
    }
  }

  @Test func `a report job is told to the channels, with the report`() async throws {
    let channel = RecordingChannel("email")
    try await OutboxWorld.with([channel]) { world in
      for statement in Self.past { try await world.run(statement) }
      try await world.run("select jira_sync.enqueue('report')")
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["Daily summary: 2 files with technical debt"])
      #expect(
        channel.taken.first?.items.first?.details["report"]?["html"]?.string?.hasPrefix(
          "<!DOCTYPE html>") == true)
    }
  }

  @Test func `a backfill is told when what it enqueued is done`() async throws {
    let channel = RecordingChannel("email")
    try await OutboxWorld.with([channel]) { world in
      let worker = "00000000-0000-0000-0000-000000000001"
      try await world.run("insert into jira_sync.jobs (kind) values ('full_sync')")
      try await world.run("select jira_sync.register(\(worker)::uuid, 'x:1', '{full_sync}', 1, 60)")
      try await world.run("select id from jira_sync.claim(\(worker)::uuid, '{full_sync}', 1, true)")
      // What its handler asks for with the first batch.
      try await world.run(
        "select jira_sync.report_backfill(id) from jira_sync.jobs where kind = 'full_sync'")
      try await world.run("update jira_sync.jobs set run_at = now() where kind = 'report'")
      try await world.drain()
      #expect(channel.taken.isEmpty)
      try await world.run("delete from jira_sync.jobs where kind = 'full_sync'")
      try await world.run("update jira_sync.jobs set run_at = now() where kind = 'report'")
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["All rows have been synced"])
    }
  }
}
