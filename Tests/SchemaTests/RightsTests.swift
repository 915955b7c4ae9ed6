import Postgres
import TestSupport
import Testing

/// Who may do what.
///
/// Roles belong to the whole cluster, so each test names its own and drops it.
@Suite(.requiresPostgres) struct RightsTests {
  /// Does something as a role that has just been made, with these rights and no others.
  private func asRole(
    _ audit: Audit, grants: [String] = [], _ body: (PostgresConnection) async throws -> Void
  ) async throws {
    let role = "role_of_\(audit.database.name)"
    let admin = try await audit.database.connectAsSuperuser()
    _ = try await admin.query("create role \(identifier: role) nologin", doing: "making a role")
    for grant in grants {
      _ = try await admin.query(
        "grant \(unescaped: grant) to \(identifier: role)", doing: "granting")
    }
    _ = try await admin.query("set role \(identifier: role)", doing: "becoming the role")
    let result = await Result { try await body(admin) }
    for statement: SQL in [
      "reset role", "drop owned by \(identifier: role)", "drop role \(identifier: role)",
    ] { _ = try await admin.query(statement, doing: "dropping the role") }
    await admin.close()
    try result.get()
  }

  /// Whoever may write `file_audit` may cause a job, without any right on the queue.
  @Test func `a writer needs no right on the queue`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...3, debt: true)
      try await asRole(
        audit, grants: ["select, insert, update, delete, truncate on public.file_audit"]
      ) { writer in
        for statement: SQL in [
          "update public.file_audit set notes = 'new' where id = 1",
          "delete from public.file_audit where id = 2", Audit.adding(4...4, debt: true),
        ] { _ = try await writer.query(statement, doing: "writing") }
      }
      #expect(try await audit.enqueued() == [1, 2, 4])
    }
  }

  /// As `anon` and `authenticated` of Supabase are.
  @Test(arguments: [
    "select * from jira_sync.jobs", "select * from jira_sync.status",
    "insert into jira_sync.jobs (kind) values ('poll')", "select jira_sync.pause()",
    "select jira_sync.enqueue('poll')", "select jira_sync.cancel(1)",
    "select jira_sync.check_job('poll', '1', '{}')",
  ]) func `a role without rights can neither see nor run anything`(statement: String) async throws {
    try await Audit.with { audit in
      try await asRole(audit) { stranger in
        let error = await #expect(throws: PostgresError.self) {
          try await stranger.query(SQL(unescaped: statement), doing: "trying")
        }
        #expect(error?.sqlState == "42501")
        // Such as a grant to everybody would give.
        _ = try await stranger.query("reset role", doing: "becoming the superuser")
        _ = try await stranger.query(
          "grant usage on schema jira_sync to public", doing: "granting too much")
        _ = try await stranger.query(
          "set role \(identifier: "role_of_\(audit.database.name)")", doing: "becoming the role")
        await #expect(throws: PostgresError.self) {
          try await stranger.query(SQL(unescaped: statement), doing: "trying")
        }
      }
    }
  }

  /// Everything that a worker does, with the rights of its role.
  @Test func `the workers role can work`() async throws {
    try await Audit.with { audit in
      try await audit.run(Audit.adding(1...1, debt: true))
      let admin = try await audit.database.connectAsSuperuser()
      _ = try await admin.query("set role jira_sync_worker", doing: "becoming the worker's role")
      let worker = "00000000-0000-0000-0000-000000000001"
      let ids: [Int64] =
        try await admin.query(
          """
          select jira_sync.register(\(worker)::uuid, 'test', '{push}', 1, 8)::text, null::bigint as id
          """, doing: "registering"
        ).rows.isEmpty ? [] : [1]
      #expect(ids == [1])
      let claimed = try await admin.query(
        "select id, token from jira_sync.claim(\(worker)::uuid, '{push}', 10, true)",
        doing: "claiming"
      ).one
      _ = try await admin.query(
        "update public.file_audit set jira_tickets = '{X-1}'", doing: "writing the row")
      for statement: SQL in [
        "select * from jira_sync.heartbeat(\(worker)::uuid, true)",
        "select jira_sync.rescue(\(worker)::uuid)", "select jira_sync.maintain()",
        "select jira_sync.enqueue('push', '1')",
        "select jira_sync.watch_columns('file_audit', array['notes'])",
      ] { _ = try await admin.query(statement, doing: "working") }
      let settled = try await admin.query(
        """
        select jira_sync.settle(
          \(worker)::uuid, array[\(claimed.get("id", as: Int64.self))::bigint],
          array[\(claimed.get("token", as: Int64.self))::bigint],
          '{done}', '{null}', '{0}', '{true}') as id
        """, doing: "settling")
      #expect(settled.rows.count == 1)
      _ = try await admin.query("select jira_sync.unregister(\(worker)::uuid)", doing: "leaving")
      await admin.close()
    }
  }
}

extension Result where Failure == any Error {
  /// Keeps what the closure returns or throws.
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
