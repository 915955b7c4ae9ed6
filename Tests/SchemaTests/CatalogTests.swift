import Foundation
import Postgres
import Schema
import TestSupport
import Testing

/// The catalog of a migrated database, against the list `rights.txt` beside this file.
@Suite(.requiresPostgres) struct CatalogTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "rights.txt")

  @Test func `functions, grants and policies are those of rights dot txt`() async throws {
    try await SecuredDatabase.with { secured in
      let found = try await CatalogRights.lines(on: secured.admin)
        .filter { !$0.hasPrefix("\(secured.writer): table file_audit: ") }
      let text = try String(contentsOf: Self.file, encoding: .utf8)
      let comment = text.prefix { $0 != "\n" }
      if ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_RECORD_RIGHTS"] != nil {
        let lines = [String(comment)] + found
        try (lines.joined(separator: "\n") + "\n").write(
          to: Self.file, atomically: true, encoding: .utf8)
      }
      let kept = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
      let added = Set(found).subtracting(kept).sorted()
      let missing = Set(kept).subtracting(found).sorted()
      #expect(
        added.isEmpty && missing.isEmpty,
        """
        not in the list: \(added.joined(separator: "\n"))
        only in the list: \(missing.joined(separator: "\n"))
        If that is meant, record it: JIRA_SYNC_TEST_RECORD_RIGHTS=1 scripts/test --filter CatalogTests
        """)
    }
  }

  /// Who may do what can be read there instead of in the catalog.
  @Test func `the table in docs slash security is that of the catalog`() async throws {
    try await SecuredDatabase.with { secured in
      let table = RightsTable.markdown(try await CatalogRights.lines(on: secured.admin)) + "\n"
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/security.md")
      var text = try String(contentsOf: file, encoding: .utf8)
      let begin = try #require(text.range(of: "<!-- rights -->\n"))
      let end = try #require(text.range(of: "<!-- end of rights -->"))
      if ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_RECORD_RIGHTS"] != nil {
        text.replaceSubrange(begin.upperBound..<end.lowerBound, with: table)
        try text.write(to: file, atomically: true, encoding: .utf8)
      } else {
        #expect(text[begin.upperBound..<end.lowerBound] == table)
      }
    }
  }

  /// The list could be recorded with a fault in it, so these hold besides.
  @Test func `every function has the one search path and nothing is open to PUBLIC`() async throws {
    try await SecuredDatabase.with { secured in
      let lines = try await CatalogRights.lines(on: secured.admin)
      let functions = lines.filter { $0.hasPrefix("function ") }
      #expect(functions.count > 50)
      #expect(
        functions.contains { $0.hasPrefix("function jira_sync.file_audit_changed(): definer") })
      for function in functions {
        #expect(function.hasSuffix("search_path=pg_catalog, pg_temp"), "\(function)")
        #expect(!function.contains("owner"), "\(function)")
      }
      for grantee in ["PUBLIC", "anon", "authenticated", secured.writer] {
        let grants = lines.filter {
          $0.hasPrefix("\(grantee): ") && !$0.contains("table file_audit")
        }
        #expect(grants.isEmpty, "\(grants)")
      }
      let triggers: [String] = try await secured.value(
        """
        select coalesce(array_agg(p.proname::text), '{}') as value from pg_proc as p
        cross join aclexplode(p.proacl) as a
        where p.pronamespace = 'jira_sync'::regnamespace and p.prorettype = 'trigger'::regtype
          and a.grantee <> p.proowner
        """)
      #expect(triggers.isEmpty)
    }
  }

  /// Broken variants: each fault in the catalog changes the lines.
  @Test(arguments: [
    "alter function jira_sync.claim(uuid, text[], integer, boolean, boolean, interval) set search_path = ''",
    "alter function jira_sync.wake() reset search_path",
    "alter function jira_sync.file_audit_changed() set search_path = pg_temp, pg_catalog",
    "grant execute on function jira_sync.pause(text) to public",
    "grant execute on function jira_sync.events_inserted() to jira_sync_worker",
    "grant delete on jira_sync.changes to jira_sync_worker",
    "grant update (id) on public.file_audit to jira_sync_worker",
    "grant usage on schema jira_sync to anon",
    "alter table jira_sync.jobs disable row level security",
    "create policy everybody on jira_sync.jobs using (true)",
    "create function jira_sync.new() returns int language sql as 'select 1'",
  ]) func `each fault shows in the list`(fault: String) async throws {
    try await SecuredDatabase.with { secured in
      let before = try await CatalogRights.lines(on: secured.admin)
      try await secured.script(fault)
      #expect(try await CatalogRights.lines(on: secured.admin) != before)
    }
  }

  /// Repeatable files replace functions, which fails or changes stored values where something depends on them.
  @Test func `nothing that a table stores depends on a repeatable function`() async throws {
    try await SecuredDatabase.with { secured in
      let used: [String] = try await secured.value(
        """
        select coalesce(array_agg(distinct p.proname::text), '{}') as value
        from pg_depend as d join pg_proc as p on p.oid = d.refobjid
        where d.refclassid = 'pg_proc'::regclass and p.pronamespace = 'jira_sync'::regnamespace
          and d.classid in ('pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_class'::regclass,
            'pg_policy'::regclass, 'pg_type'::regclass, 'pg_statistic_ext'::regclass)
        """)
      #expect(!used.isEmpty)
      let repeatable = Schema.functions.map(\.sql).joined()
      for name in used { #expect(!repeatable.contains("function jira_sync.\(name)("), "\(name)") }
    }
  }

  /// A view, or a trigger with columns or a condition, would refuse these.
  @Test func `nothing of ours stands in the way of ALTER TABLE`() async throws {
    try await SecuredDatabase.with { secured in
      let columns: [String] = try await secured.value(
        """
        select array_agg(attname::text) as value from pg_attribute
        where attrelid = 'public.file_audit'::regclass and attnum > 0 and not attisdropped
        """)
      #expect(columns.count == 17)
      let owner = try await secured.database.connect()
      for column in columns {
        for statement in [
          "alter table public.file_audit rename \(column) to renamed",
          "alter table public.file_audit alter \(column) drop default, alter \(column) type text",
          "alter table public.file_audit drop \(column)",
          "alter table public.file_audit drop \(column) cascade",
          "alter table public.file_audit alter \(column) set statistics 10",
        ] {
          try await owner.script("begin; \(statement); rollback", doing: "altering")
        }
      }
      try await owner.script(
        """
        alter table public.file_audit alter id type bigint;
        alter table public.file_audit rename to other;
        alter table other set schema jira_sync;
        drop table jira_sync.other
        """, doing: "altering the table")
      await owner.close()
    }
  }

  @Test(arguments: ["anon", "authenticated"]) func `a role of the API can do nothing`(role: String)
    async throws
  {
    try await SecuredDatabase.with { secured in
      let objects = try await secured.admin.query(
        """
        select format('select from %s', c.oid::regclass) as statement from pg_class as c
        where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p', 'v')
        union all
        select format('select jira_sync.%I(%s)', p.proname, (
          select string_agg('null::' || format_type(t.type, null), ', ' order by t.place)
          from unnest(p.proargtypes) with ordinality as t (type, place)))
        from pg_proc as p
        where p.pronamespace = 'jira_sync'::regnamespace and p.prorettype <> 'trigger'::regtype
        """, doing: "listing")
      let statements: [String] = try objects.rows.map { try $0.get("statement") }
      let connection = try await secured.connect(as: role)
      // Once as it is, and once as a grant by mistake would have it.
      for grant in ["", "grant usage on schema jira_sync to \(role)"] {
        if !grant.isEmpty { try await secured.script(grant) }
        for statement in statements {
          let error = await #expect(throws: PostgresError.self, "\(statement)") {
            try await connection.query(SQL(unescaped: statement), doing: "trying")
          }
          #expect(error?.sqlState == "42501", "\(statement)")
        }
      }
      try await secured.script("revoke usage on schema jira_sync from \(role)")
      await connection.close()
    }
  }
}
