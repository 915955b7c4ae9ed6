import Foundation
import Postgres
import TestSupport
import Testing

/// The SQL of all pages, with rows, a conflict and a job of the names that it has.
@Suite("Statements in the documentation", .requiresPostgres)
struct DocumentedStatementsTests {
  /// Catches a function, a view or a column that is called otherwise, and what a function refuses.
  @Test
  func `Every SQL statement about the schema runs`() async throws {
    try await CommandWorld.withDocumentedRows { world in
      try await world.execute(
        """
        insert into jira_sync.conflicts (
          table_name, row_id, issue_key, field, columns, row_value, issue_value, policy, winner, reason)
        select 'file_audit', id, 'SCRSKY-1001', 'notes', '{notes}', '"ours"', '"theirs"', 'manual', 'open', 'both_changed'
        from public.file_audit where file_number = '2002'
        """)
      var statements = 0
      let verbs = ["select ", "insert into ", "update ", "delete from "]
      for (page, text) in try DocumentedSnippets.all() {
        guard verbs.contains(where: text.hasPrefix), !text.contains("…"),
          text.contains("jira_sync") || text.contains("file_audit")
        else { continue }
        var statement = text.components(separatedBy: " -- ")[0].trimmingCharacters(in: .whitespaces)
        if statement.hasSuffix(";") { statement.removeLast() }
        statements += 1
        do {
          try await world.connection.script(
            "begin; \(statement); rollback", doing: "running \(statement)")
        } catch {
          Issue.record("\(page): \(statement): \(error)")
        }
      }
      #expect(statements > 20)
    }
  }

  /// As the owner, who is no superuser: on Supabase nobody is.
  ///
  /// Catches an object of ours that is left behind and that the table's own changes then stumble over, and a statement that only a
  /// superuser may run.
  @Test
  func `What the guide says about uninstalling leaves the rows, and nothing of ours`() async throws
  {
    let lines = try DocumentedSnippets.all().filter { $0.page == "docs/guide.md" }.map(\.text)
    let first = try #require(lines.firstIndex { $0.hasPrefix("select jira_sync.unschedule(name)") })
    // The role is the server's, and the databases of other tests use it: nor may its membership stay.
    let end = try #require(lines.firstIndex { $0.hasPrefix("drop role jira_sync_worker") })
    try await CommandWorld.withDocumentedRows { world in
      let script =
        ["begin;"] + lines[first..<end] + ["revoke jira_sync_worker from current_user;", "commit;"]
      try await world.connection.script(
        script.joined(separator: "\n"), doing: "uninstalling")
      try await world.execute("update public.file_audit set technical_debt = 'edited'")
      try await world.execute("delete from public.file_audit where file_number = '0042'")
      #expect(
        try await world.value("select count(*) as value from public.file_audit", as: Int.self) == 2)
      #expect(
        try await world.value(
          """
          select count(*) as value from (
            select tgname from pg_trigger where tgname like 'jira_sync%'
            union all select polname from pg_policy where polname like 'jira_sync%'
            union all select nspname from pg_namespace where nspname like 'jira_sync%'
            union all select proname from pg_proc where proname like 'jira_sync%'
          ) as ours
          """, as: Int.self) == 0)
    }
  }
}
