import Logging

/// Brings a database's schema up to date, forward only.
///
/// Each pending file is applied in a transaction of its own, in the order of versions. Several migrators at once take turns by an advisory lock of the transaction, which also works through a pooler. Nothing here needs more rights than an owner has.
public struct Migrator: Sendable {
  private let migrations: [Migration]
  private let schema: String
  private let lockPatience: Int
  private let lockAttempts: Int
  private let lockPause: Duration

  /// A migrator of these files.
  ///
  /// - Parameters:
  ///   - migrations: all files, applied ones included.
  ///   - schema: where the table `migrations` is, or will be once the first file has made it: `migrations(version text primary key, name text not null, checksum text, applied_at timestamptz not null default now())`.
  ///   - lockPatience: how many milliseconds a file waits for each lock, and lets others wait behind it.
  ///   - lockAttempts: how often a file is tried that does not get one.
  ///   - lockPause: how long others have in between.
  public init(
    migrations: [Migration], schema: String = "jira_sync", lockPatience: Int = 3_000,
    lockAttempts: Int = 60, lockPause: Duration = .seconds(3)
  ) {
    self.lockPatience = lockPatience
    self.lockAttempts = lockAttempts
    self.lockPause = lockPause
    self.migrations = migrations.sorted { $0.version < $1.version }
    self.schema = schema
  }

  /// Applies what is pending.
  ///
  /// - Parameters:
  ///   - connection: to the database, as the schema's owner.
  ///   - logger: told of each file, and of what a newer program has applied.
  /// - Returns: the files that this call applied.
  /// - Throws: `MigrationError` where a file fails or an applied one was edited: then nothing is applied; `PostgresError` where the database does not answer.
  public func apply(
    on connection: PostgresConnection, logger: Logger? = nil
  ) async throws -> [Migration] {
    try checkVersions()
    var applied: [Migration] = []
    for status in try await status(on: connection) where status.state == .unknown {
      logger?.warning(
        "the database is newer than this program: it has \(status.version)_\(status.name)")
    }
    // Once more than there are files: the last round finds nothing pending.
    for _ in 0...migrations.count {
      guard let next = try await applyNextInTime(on: connection, logger: logger) else { break }
      logger?.info("applied migration \(next.file)")
      applied.append(next)
    }
    return applied
  }

  /// Compares the files with the database; changes nothing.
  ///
  /// - Parameter connection: to the database.
  /// - Returns: every version that either knows, oldest first.
  /// - Throws: `PostgresError`.
  public func status(
    on connection: PostgresConnection
  ) async throws -> [MigrationStatus] {
    try await connection.transaction(doing: "reading the migrations") { transaction in
      MigrationStatus.compare(
        files: try await checksums(in: transaction), records: try await records(in: transaction))
    }
  }

  private func checkVersions() throws(MigrationError) {
    for (first, second) in zip(migrations, migrations.dropFirst())
    where first.version == second.version {
      throw MigrationError(
        kind: .duplicateVersion, file: second.file, message: "\(first.file) has the same version")
    }
  }

  /// Applies the oldest pending file, again and again where somebody holds a lock that it needs.
  private func applyNextInTime(
    on connection: PostgresConnection, logger: Logger?
  ) async throws -> Migration? {
    var attempt = 1
    while true {
      do { return try await applyNext(on: connection) } catch let error as MigrationError
        where error.cause?.sqlState == "55P03" && attempt < lockAttempts
      {
        if attempt == 1 {
          logger?.warning(
            """
            \(error.file) waits for a lock that another session holds (pg_locks; a backup, perhaps); it is tried again \
            every \(lockPause), and keeps nobody waiting meanwhile
            """)
        }
        attempt += 1
        try await Task.sleep(for: lockPause)
      }
    }
  }

  /// Applies the oldest pending file; nil where there is none.
  private func applyNext(on connection: PostgresConnection) async throws -> Migration? {
    try await connection.transaction(doing: "applying migrations") { transaction in
      // Whoever waited here sees what the one before has done, since nothing was read before.
      _ = try await transaction.query(
        "select pg_advisory_xact_lock(hashtextextended(\("migrations of \(schema)"), 0))",
        doing: "waiting for another migration to end")
      let files = try await checksums(in: transaction)
      let statuses = MigrationStatus.compare(
        files: files, records: try await records(in: transaction))
      if let edited = statuses.first(where: { $0.state == .edited }) {
        throw MigrationError(
          kind: .edited, file: "\(edited.version)_\(edited.name).sql",
          message: "the file was changed after it had been applied to this database; put it back "
            + "as it was and write a new migration")
      }
      try await rememberChecksums(files, in: transaction)
      guard let pending = statuses.first(where: { $0.state == .pending }),
        let (next, checksum) = files.first(where: { $0.migration.version == pending.version })
      else { return nil }
      // Whoever waits for a table keeps everybody waiting behind, applications included.
      _ = try await transaction.query(
        "select set_config('lock_timeout', \("\(lockPatience)ms"), true)",
        doing: "limiting how long locks are waited for")
      try await run(next, checksum: checksum, in: transaction)
      return next
    }
  }

  private func run(
    _ migration: Migration, checksum: String, in transaction: PostgresTransaction
  ) async throws {
    do {
      try await transaction.script(migration.sql, doing: "applying \(migration.file)")
    } catch {
      guard error.kind == .server else { throw error }
      throw MigrationError(
        kind: .failed, file: migration.file, line: error.position.map(migration.line(at:)),
        message: "\(error.message) (SQLSTATE \(error.sqlState ?? "unknown")); nothing of this file "
          + "was applied", cause: error)
    }
    guard await transaction.isOpen else {
      throw MigrationError(
        kind: .endedTransaction, file: migration.file,
        message: "it contains COMMIT or ROLLBACK, and a migration is run in one transaction")
    }
    guard try await record(migration, checksum: checksum, in: transaction) else {
      throw MigrationError(
        kind: .unrecorded, file: migration.file,
        message: "it must end with: insert into \(schema).migrations (version, name) values "
          + "('\(migration.version)', '\(migration.name)') on conflict do nothing;")
    }
  }

  /// Notes the hash beside what the file recorded of itself; false where it recorded nothing.
  private func record(
    _ migration: Migration, checksum: String, in transaction: PostgresTransaction
  ) async throws(PostgresError) -> Bool {
    do {
      return try await transaction.query(
        """
        update \(identifier: schema).migrations set checksum = \(checksum)
        where version = \(migration.version)
        """, doing: "recording \(migration.file)"
      ).affected == 1
    } catch {
      // No table, or no schema: the first file has not made them.
      if error.sqlState == "42P01" || error.sqlState == "3F000" { return false }
      throw error
    }
  }

  /// The files with the SHA-256 of their texts, which the server computes.
  private func checksums(
    in transaction: PostgresTransaction
  ) async throws(PostgresError) -> [(migration: Migration, checksum: String)] {
    let result = try await transaction.query(
      """
      select encode(sha256(convert_to(text, 'UTF8')), 'hex') as checksum
      from unnest(\(migrations.map(\.sql))::text[]) with ordinality as file (text, number)
      order by number
      """, doing: "hashing the migrations")
    return zip(
      migrations,
      try result.rows.map { row throws(PostgresError) in
        try row.get("checksum")
      }
    ).map { ($0, $1) }
  }

  /// What the database has; nothing where the table does not exist yet.
  private func records(
    in transaction: PostgresTransaction
  ) async throws(PostgresError) -> [MigrationRecord] {
    let table = "\(schema).migrations"
    // Not to_regclass: it may answer from the session's cache of names, which still says "no such
    // schema" when another migrator made it while this one waited for the lock.
    let exists = try await transaction.query(
      """
      select exists (
        select from pg_catalog.pg_class as class
        join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname = \(schema) and class.relname = 'migrations'
      ) as found
      """, doing: "looking for \(table)")
    guard try exists.one.get("found", as: Bool.self) else { return [] }
    let result = try await transaction.query(
      """
      select version, name, checksum,
        to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as applied_at
      from \(identifier: schema).migrations order by version
      """, doing: "reading \(table)")
    return try result.rows.map { row throws(PostgresError) in
      MigrationRecord(
        version: try row.get("version"), name: try row.get("name"),
        checksum: try row.get("checksum"), appliedAt: try row.get("applied_at"))
    }
  }

  /// Fills in what psql could not know.
  private func rememberChecksums(
    _ files: [(migration: Migration, checksum: String)], in transaction: PostgresTransaction
  ) async throws(PostgresError) {
    guard !(try await records(in: transaction)).allSatisfy({ $0.checksum != nil }) else { return }
    _ = try await transaction.query(
      """
      update \(identifier: schema).migrations as applied set checksum = file.checksum
      from unnest(\(files.map(\.migration.version))::text[], \(files.map(\.checksum))::text[])
        as file (version, checksum)
      where applied.version = file.version and applied.checksum is null
      """, doing: "recording the hashes of migrations")
  }
}
