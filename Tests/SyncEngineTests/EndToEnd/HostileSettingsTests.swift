import JSON
import Jira
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import Mapping

/// The whole of a sync, with settings that make each statement mean something else where nothing pins them.
@Suite(
  "A sync does not depend on the settings of the database, the role or the application",
  .requiresPostgres)
struct HostileSettingsTests {
  /// What was left on both sides.
  private struct Outcome: Equatable {
    var rows: [JSON] = []
    var links: [String] = []
    var issues: [String] = []
    var records: [String] = []
  }

  /// Caught: literals, casts, functions and triggers that follow the session.
  ///
  /// With `standard_conforming_strings = off` no poll
  /// ran, with `array_nulls = off` no issue was ever linked.
  @Test(arguments: [nil, "jira_sync_worker"])
  func `The same story ends the same`(role: String?) async throws {
    let expected = try await story(as: role, isHostile: false)
    #expect(expected.issues.count == 3)
    #expect(expected.rows.count == 2)
    #expect(try await story(as: role, isHostile: true) == expected)
  }

  private func story(as role: String?, isHostile: Bool) async throws -> Outcome {
    var outcome = Outcome()
    try await withSyncWorld { world in
      var world = world
      world.setup.role = role
      for index in world.setup.mapping.fields.indices
      where world.setup.mapping.fields[index].name == "notes" {
        world.setup.mapping.fields[index].conflict = .manual
      }
      if isHostile { try await HostileSettings.impose(on: world.database) }
      try await play(in: world, isHostile: isHostile)
      outcome = try await look(at: world)
    }
    return outcome
  }

  /// Runs statements of an application, a person or pg_cron, in a session of their own.
  private func run(_ statements: [SQL], in world: SyncWorld, isHostile: Bool) async throws {
    let session = try await world.database.connect()
    if isHostile { try await HostileSettings.impose(on: session) }
    for statement in statements {
      _ = try await session.query(statement, doing: "working as an application")
    }
    await session.close()
  }

  private func play(in world: SyncWorld, isHostile: Bool) async throws {
    func application(_ statements: SQL...) async throws {
      try await run(statements, in: world, isHostile: isHostile)
    }
    // A back-slash, a date and an array with an empty place.
    try await application(
      """
      insert into public.file_audit (id, file_number, file_path, file_name, layer_number, layer_name,
        status, workflows, has_technical_debt, technical_debt, audit_date, audited_by)
      select n, lpad(n::text, 4, '0'), 'src/file' || n || '.py', 'file' || n || '.py', 3, 'Routers',
        'NOVEL', array['WF1', 'WF2'], true, E'a \\\\ and a line\\nof file ' || n, '2026-03-04 05:06:07', 'ada'
      from generate_series(1, 3) as n
      """)
    try await world.drain()
    let keys = try await world.run(
      "select issue_key from jira_sync.links where issue_key is not null order by row_id"
    ).rows.map { try $0.get("issue_key", as: String.self) }
    try #require(keys.count == 3)
    // Both ways, one row and many.
    try await application(
      "update public.file_audit set layer_number = 7 where id between 1 and 1",
      "update public.file_audit set technical_debt = technical_debt || ' more' where id between 1 and 2"
    )
    try await world.drain()
    try world.jira.edit(keys[1], ["Workflows": [["value": "WF7"]]])
    try await world.poll()
    // A conflict, and its decision.
    try await application(
      "update public.file_audit set notes = 'the row''s' where id between 1 and 1")
    try world.jira.edit(keys[0], ["Notes": adf("JIRA's")])
    try await world.poll()
    try await application(
      #"""
      select jira_sync.resolve_conflict(id, 'value', E'"a third \\\\ one"', 'ada')
      from jira_sync.conflicts where resolved_at is null
      """#)
    try await world.drain()
    // Schedules as a person sets them, and ticks as pg_cron runs them.
    try await application(
      "select jira_sync.schedule('poll', '*/5 * * * *')",
      "select jira_sync.schedule('full_sync', '30 3 * * mon-fri')",
      "select jira_sync.schedule('sweep', '90 seconds')",
      "update jira_sync.schedules set next_tick_at = '2026-01-02T03:04:05Z'",
      "select jira_sync.tick('poll')", "select jira_sync.tick('full_sync')",
      "select jira_sync.tick('sweep')")
    try await world.drain()
    // A deletion, and what comes of it.
    try await application("delete from public.file_audit where id between 3 and 3")
    try await world.drain()
    try await application(
      "select jira_sync.pause('for a test')", "select jira_sync.resume()",
      "select jira_sync.enqueue('pull', 1)",
      "insert into jira_sync.jobs (kind, row_id) values ('push', '2')")
    try await world.drain()
  }

  private func look(at world: SyncWorld) async throws -> Outcome {
    func texts(_ query: SQL) async throws -> [String] {
      try await world.run(query).rows.map { try $0.get("text") }
    }
    var outcome = Outcome()
    for id: Int64 in 1...2 {
      var row = try #require(try await world.row(id).object)
      row["created_at"] = nil
      row["updated_at"] = nil
      outcome.rows.append(.object(row))
    }
    outcome.links = try await texts(
      """
      select concat_ws('|', row_id, label, state, issue_key, last_error, base::text) as text
      from jira_sync.links order by row_id, id
      """)
    outcome.issues = try world.jira.issues().map { issue in
      [
        issue.key, issue.status ?? "", issue.resolution ?? "", issue.text("Notes") ?? "",
        issue.text("description") ?? "", issue.options("Workflows").joined(separator: ","),
        "\(issue["Layer number"] ?? .null)", "\(issue["Audit date"] ?? .null)",
      ].joined(separator: "|")
    }.sorted()
    outcome.records =
      try await texts(
        "select distinct concat_ws('|', row_id, side, field, old_value, new_value) as text from jira_sync.changes order by 1"
      )
      + texts(
        """
        select concat_ws('|', row_id, field, row_value, issue_value, winner, resolution, resolved_by) as text
        from jira_sync.conflicts order by id
        """)
      + texts(
        "select distinct concat_ws('|', kind, outcome, error) as text from jira_sync.job_history order by 1"
      )
      + texts(
        "select concat_ws('|', kind, state, last_error) as text from jira_sync.jobs order by id")
      + texts(
        """
        select concat_ws('|', name, cron, scheduler, ticks, extract(second from next_tick_at)::int % 30) as text
        from jira_sync.schedules order by name
        """)
      + texts(
        """
        select distinct concat_ws('|', kind, severity, subject, fingerprint) as text from jira_sync.events
        where kind <> 'schedule_missed' order by 1
        """)
      + texts("select concat_ws('|', subject, problem) as text from jira_sync.inspect() order by 1")
    return outcome
  }
}
