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
    insert into jira_sync.links (file_audit_id, file_path, issue_id, issue_key, state, created_at, synced_at)
    select id, file_path, id::text, 'X-' || id, 'linked', now() - id * interval '2 days', now() from public.file_audit
    """,
    """
    insert into jira_sync.changes (at, file_audit_id, side, field, new_value)
    values (now() - interval '1 day', 3, 'row', 'has_technical_debt', 'false'),
      (now() - interval '1 day', 3, 'jira', 'summary', '"x"'), (now(), 1, 'jira', 'summary', '"y"')
    """,
    """
    insert into jira_sync.conflicts (file_audit_id, field, columns, policy, winner)
    values (1, 'notes', '{notes}', 'row_wins', 'row'), (1, 'notes', '{notes}', 'manual', 'nobody')
    """,
    """
    insert into jira_sync.job_history (id, kind, file_audit_id, attempt, outcome, error, enqueued_at, finished_at)
    select n, 'push', 1, 1, 'done', null, now() - interval '1 hour', now() - interval '1 hour' + n * interval '10 ms'
    from generate_series(1, 100) as n
    union all
    select n, 'push', 2, 1, 'refused', 'issue X-' || n || ' has no option "' || n || '"', now(), now()
    from generate_series(101, 107) as n
    """,
  ]

  private func report(
    of period: Duration = .seconds(7 * 86_400), _ body: (Report) throws -> Void
  ) async throws {
    try await OutboxWorld.with([]) { world in
      for statement in Self.past { try await world.run(statement) }
      try body(try await ReportStore(world.sql).report(of: period))
    }
  }

  @Test func `it says what was synced, how fast, and what is left`() async throws {
    try await report { report in
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
      #expect(report.oldest.map(\.path) == ["src/file2.py", "src/file1.py"])
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

  @Test("an empty database has a report, too", arguments: ReportFormat.allCases)
  func empty(format: ReportFormat) async throws {
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
        "select jira_sync.follow_backfill(id) from jira_sync.jobs where kind = 'full_sync'")
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
