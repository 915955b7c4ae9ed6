import Postgres
import TestSupport
import Testing

/// Names of columns, keys and labels that would be code where they were not quoted.
@Suite(.requiresPostgres) struct HostileNamesTests {
  @Test func `no name of a column leaves its quotes`() async throws {
    try await SecuredDatabase.with { secured in
      let loot = try await lootByNames(secured, isQuoted: true)
      #expect(loot == 0)
    }
  }

  /// Broken variant: a generator that does not quote.
  @Test func `the same names run as code where they are not quoted`() async throws {
    try await SecuredDatabase.with { secured in
      let loot = try await lootByNames(secured, isQuoted: false)
      #expect(loot > 0)
    }
  }

  private static let names = [
    "nextval('public.loot')", "a\"b", "a'b", "a\\b", "$body$", "$function$", "$source$", "$$",
    "100%", "%s", "%1$s", "%L", "two\nlines", "-- comment", "/*", "row_id", "image", "absent",
    "new_rows", "old_rows", "ids", "tg_op", "place", "settings", "is_needed", "n", "o", "Ä",
    "x\" as image from new_rows) as n where nextval('public.loot') > 0 --", "select", " ", "{a,b}",
    "a long name that has more than the sixty-three bytes that Postgres keeps of it: 1",
    "a long name that has more than the sixty-three bytes that Postgres keeps of it: 2",
  ]

  private func lootByNames(_ secured: SecuredDatabase, isQuoted: Bool) async throws -> Int {
    let attacker = try await Attacker(secured, role: Attacker.worker)
    if !isQuoted {
      try await secured.script(
        """
        do $do$ begin execute replace(
          pg_get_functiondef('jira_sync.trigger_source(text, text[])'::regprocedure),
          'quote_ident(c.name)', 'c.name'); end $do$
        """)
    }
    let names = isQuoted ? Self.names : [Self.names[0]]
    let owner = try await secured.database.connect()
    for name in names.dropLast(2) {
      _ = try await owner.query(
        "alter table public.file_audit add \(identifier: name) text", doing: "adding a column")
    }
    try await owner.script(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
        status, workflows, has_technical_debt)
      select g, 'src/' || g, g, 1, 'one', 'ACTIVE', '{}', true from generate_series(1, 2) as g;
      """, doing: "adding rows")
    if !isQuoted {
      _ = try await owner.query(
        "alter table public.file_audit add \(identifier: names[0]) text", doing: "adding a column")
    }
    // Also with names that no column has, which are looked up elsewhere.
    _ = try await attacker.connection.query(
      "select jira_sync.watch_columns('file_audit', \(names + ["notes", ""]))", doing: "watching")
    for name in names.dropLast(2) {
      for condition in ["where file_number = '1'", ""] {
        try await owner.script("truncate jira_sync.jobs", doing: "emptying")
        _ = try await owner.query(
          """
          update public.file_audit set \(identifier: name) = \(condition + "x") \(unescaped: condition)
          """, doing: "changing")
        let jobs = try await owner.query("select from jira_sync.jobs", doing: "counting")
        #expect(jobs.rows.count == (condition.isEmpty ? 2 : 1), "\(name)")
      }
      try await owner.script("truncate jira_sync.jobs", doing: "emptying")
      _ = try await owner.query(
        "alter table public.file_audit rename \(identifier: name) to renamed", doing: "renaming")
      try await owner.script(
        """
        update public.file_audit set updated_at = now();
        update public.file_audit set notes = notes || 'x' where file_number = '2';
        """, doing: "changing")
      _ = try await owner.query(
        "alter table public.file_audit rename renamed to \(identifier: name)", doing: "renaming")
    }
    if !isQuoted {
      try await owner.script("update public.file_audit set notes = 'new'", doing: "changing")
    }
    await owner.close()
    return try await attacker.loot()
  }

  @Test func `keys and labels are never code`() async throws {
    try await SecuredDatabase.with { secured in
      let attacker = try await Attacker(secured, role: secured.writer)
      let owner = try await secured.database.connect()
      try await owner.script(
        """
        alter table public.file_audit alter id drop default, alter id type text,
          alter file_path type text, alter file_number type text
        """, doing: "preparing")
      let texts =
        Self.names + ["'); select nextval('public.loot'); --", "{", "NULL", "moving:1", "\u{1}"]
      for (number, text) in texts.enumerated() where text != " " {
        _ = try await attacker.connection.query(
          """
          insert into public.file_audit (id, file_number, file_path, file_name, layer_number,
            layer_name, status, workflows, has_technical_debt)
          values (\(text), \(String(number)), \(text), 'a', 1, 'one', 'ACTIVE', '{}', true)
          """, doing: "adding")
      }
      try await attacker.run(
        """
        update public.file_audit set id = id || 'x';
        update public.file_audit set notes = id;
        delete from public.file_audit where file_number in ('1', '2');
        """)
      try await secured.script(
        """
        insert into jira_sync.marks (table_name, kind, row_ids)
        select 'file_audit', k, array_agg(id) from public.file_audit,
          unnest('{changed,deleted}'::text[]) as k group by k
        """)
      let worker = try await Attacker(secured, role: Attacker.worker)
      for text in texts {
        _ = try await worker.connection.query(
          "select jira_sync.row_may_exist('file_audit', \(text))", doing: "asking")
        _ = try await worker.connection.query(
          "select jira_sync.resume_field(\(text), \(text))", doing: "asking")
      }
      _ = try await worker.connection.query(
        "select jira_sync.reconcile_marks() from generate_series(1, 9)", doing: "reconciling")
      let jobs: Int = try await secured.value(
        """
        select count(distinct j.row_id)::int as value from jira_sync.jobs as j
        join public.file_audit as f on f.id = j.row_id
        """)
      let rows: Int = try await secured.value(
        "select count(*)::int as value from public.file_audit")
      #expect(rows > 20)
      #expect(jobs == rows)
      #expect(try await attacker.loot() == 0)
      await owner.close()
    }
  }
}
