/// The two tables in which a schema remembers its migrations.
///
/// `migrations(version text primary key, name text not null, checksum text, applied_at timestamptz not null default now())`
/// and `repeatable_migrations(name text primary key, checksum text, applied_at timestamptz not null default now())`. The
/// first versioned file makes both.
struct MigrationTables: Sendable {
  /// The schema that they are in.
  let schema: String

  /// What Postgres says where the table or its schema does not exist.
  static func areMissing(_ error: PostgresError) -> Bool {
    error.sqlState == "42P01" || error.sqlState == "3F000"
  }

  /// Waits until no other migrator works; reading goes on.
  ///
  /// - Throws: `PostgresError`, one of `areMissing` before the first installation.
  func lock(in transaction: PostgresTransaction) async throws(PostgresError) {
    _ = try await transaction.query(
      "lock table \(identifier: schema).migrations in share row exclusive mode",
      doing: "waiting for another migration to end")
  }

  /// Whether a table of the schema exists.
  func exists(
    _ table: String, in transaction: PostgresTransaction
  ) async throws(PostgresError) -> Bool {
    // Not to_regclass: it may answer from the session's cache of names, which still says "no such
    // schema" when another migrator made it meanwhile.
    try await transaction.query(
      """
      select exists (
        select from pg_catalog.pg_class as class
        join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname = \(schema) and class.relname = \(table)
      ) as found
      """, doing: "looking for \(schema).\(table)"
    ).one.get("found")
  }

  /// What the database has; nothing where the tables do not exist yet.
  func records(in transaction: PostgresTransaction) async throws(PostgresError) -> MigrationRecords
  {
    var records = MigrationRecords()
    if try await exists("migrations", in: transaction) {
      let result = try await transaction.query(
        """
        select version, name, checksum,
          to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as applied_at
        from \(identifier: schema).migrations order by version
        """, doing: "reading \(schema).migrations")
      records.migrations = try result.rows.map { row throws(PostgresError) in
        MigrationRecord(
          version: try row.get("version"), name: try row.get("name"),
          checksum: try row.get("checksum"), appliedAt: try row.get("applied_at"))
      }
    }
    if try await exists("repeatable_migrations", in: transaction) {
      let result = try await transaction.query(
        """
        select name, checksum,
          to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as applied_at
        from \(identifier: schema).repeatable_migrations order by name
        """, doing: "reading \(schema).repeatable_migrations")
      records.functions = try result.rows.map { row throws(PostgresError) in
        RepeatableRecord(
          name: try row.get("name"), checksum: try row.get("checksum"),
          appliedAt: try row.get("applied_at"))
      }
    }
    return records
  }

  /// Notes the hash beside what a versioned file recorded of itself.
  ///
  /// - Returns: false where the file recorded nothing.
  func record(
    _ migration: HashedFile<Migration>, in transaction: PostgresTransaction
  ) async throws(PostgresError) -> Bool {
    do {
      return try await transaction.query(
        """
        update \(identifier: schema).migrations set checksum = \(migration.checksum)
        where version = \(migration.file.version)
        """, doing: "recording \(migration.file.file)"
      ).affected == 1
    } catch {
      // The first file has not made the table.
      if Self.areMissing(error) { return false }
      throw error
    }
  }

  /// Records that a repeatable file was applied.
  ///
  /// - Returns: false where there is no table for it.
  func record(
    _ function: HashedFile<RepeatableMigration>, in transaction: PostgresTransaction
  ) async throws(PostgresError) -> Bool {
    do {
      _ = try await transaction.query(
        """
        insert into \(identifier: schema).repeatable_migrations (name, checksum)
        values (\(function.file.name), \(function.checksum))
        on conflict (name) do update set checksum = excluded.checksum, applied_at = now()
        """, doing: "recording \(function.file.file)")
      return true
    } catch {
      if Self.areMissing(error) { return false }
      throw error
    }
  }

  /// Makes the next run, or this one, apply repeatable files again, even if this process is killed now.
  ///
  /// - Parameters:
  ///   - name: the file; nil is all of them.
  ///   - transaction: the one that makes it necessary.
  /// - Throws: `PostgresError`.
  func forget(_ name: String?, in transaction: PostgresTransaction) async throws(PostgresError) {
    guard try await exists("repeatable_migrations", in: transaction) else { return }
    _ = try await transaction.query(
      """
      update \(identifier: schema).repeatable_migrations set checksum = null
      where checksum is not null and name = coalesce(\(name), name)
      """, doing: "noting which functions must be applied again")
  }

  /// Fills in what psql could not know.
  func rememberChecksums(
    of files: [HashedFile<Migration>], in transaction: PostgresTransaction
  ) async throws(PostgresError) {
    _ = try await transaction.query(
      """
      update \(identifier: schema).migrations as applied set checksum = file.checksum
      from unnest(\(files.map(\.file.version))::text[], \(files.map(\.checksum))::text[])
        as file (version, checksum)
      where applied.version = file.version and applied.checksum is null
      """, doing: "recording the hashes of migrations")
  }
}
