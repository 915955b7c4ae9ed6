import Postgres

/// The fault "altered column": mapped columns of `file_audit` are renamed, retyped and dropped under applications that write.
///
/// Every statement of the applications must succeed, and no change may be lost: each raises a version in the transaction of
/// the UPDATE, and a run of the row has to see it.
struct AlteredColumn: Sendable {
  /// How many applications write, each its own rows.
  private static let writers = 4
  /// How many rows each application has.
  private static let rows = 20
  /// What happens to the column, one after the other; the last one leaves it as it was, but empty.
  private static let alterations = [
    "alter table public.file_audit rename column notes to remarks",
    "alter table public.file_audit alter column remarks type jsonb using to_jsonb(remarks)",
    "alter table public.file_audit rename column remarks to notes",
    "alter table public.file_audit alter column notes type point using null",
    "alter table public.file_audit drop column notes",
    "alter table public.file_audit add column notes text",
  ]

  let arena: Arena

  /// Alters until the time is over.
  ///
  /// - Throws: `UsageError` where a statement of an application failed.
  func strike(for time: Duration) async throws {
    try await prepare()
    let end = ContinuousClock.now + time
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<Self.writers {
        group.addTask { try await write(as: writer, until: end) }
      }
      repeat {
        for alteration in Self.alterations {
          _ = try await arena.ask(SQL(unescaped: alteration), doing: "altering a column")
          try await Task.sleep(for: time / 20)
        }
      } while .now < end
      try await group.waitForAll()
    }
    // What a worker's inspection does once a minute: marks become jobs.
    _ = try await arena.ask(
      "select * from jira_sync.record_inspection()", doing: "inspecting the installation")
  }

  /// Rows with links: a coarse job syncs the rows that have one.
  private func prepare() async throws {
    let count = Self.writers * Self.rows
    _ = try await arena.ask(
      """
      insert into public.file_audit (
        id, file_number, file_path, file_name, layer_number, layer_name, status, workflows, has_technical_debt)
      select n, 'F' || n, 'Sources/File' || n || '.swift', 'File' || n || '.swift', 1, 'Services', 'SYSTEM', '{}', true
      from generate_series(1, \(count)::integer) as n
      """, doing: "making rows")
    _ = try await arena.ask(
      """
      insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state)
      select 'file_audit', f.id::text, f.file_path, f.id::text, 'CHAOS-' || f.id, 'linked' from public.file_audit as f
      """, doing: "linking rows")
  }

  /// Writes a column that nothing happens to: its UPDATE may not suffer from what happens to another one.
  private func write(as writer: Int, until end: ContinuousClock.Instant) async throws {
    try await arena.withConnection(to: arena.uri, as: "chaos-application") { application in
      var number = 0
      while .now < end {
        number += 1
        try await change(
          writer * Self.rows + Int.random(in: 1...Self.rows), to: "\(writer) \(number)",
          over: application)
      }
    }
  }

  private func change(
    _ row: Int, to debt: String, over application: PostgresConnection
  ) async throws {
    do {
      try await application.transaction(doing: "an application's change") { transaction in
        _ = try await transaction.query(
          """
          insert into chaos.sources as s (key, version) values ('row:file_audit:' || \(row)::bigint, 1)
          on conflict (key) do update set version = s.version + 1
          """, doing: "raising a version")
        _ = try await transaction.query(
          "update public.file_audit set technical_debt = \(debt) where id = \(row)::bigint",
          doing: "an application's UPDATE")
      }
    } catch {
      throw UsageError(message: "a statement of an application failed: \(error)")
    }
  }
}
