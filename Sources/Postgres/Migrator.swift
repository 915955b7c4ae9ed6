import Logging

/// Brings a database's schema up to date, forward only.
///
/// Each file is applied in a transaction of its own: pending versioned files in the order of versions, then the repeatable
/// files that changed, in the order of names. A versioned file makes all repeatable ones run again, since it may have
/// dropped a view; each repeatable file makes the last one run again, which grants the rights. Both are noted in the same
/// transaction, so that a run that was killed is completed by the next one.
///
/// Several migrators at once take turns by a lock on the table `migrations`. Nothing here needs more rights than an owner has.
public struct Migrator: Sendable {
  let migrations: [Migration]
  let functions: [RepeatableMigration]
  let tables: MigrationTables
  private let retries: LockRetries

  /// A migrator of these files.
  ///
  /// - Parameters:
  ///   - migrations: all versioned files, applied ones included.
  ///   - functions: all repeatable files.
  ///   - schema: where the tables `migrations` and `repeatable_migrations` are, or will be once the first file has made them.
  ///   - lockPatience: how many milliseconds a file waits for each lock, and lets applications wait behind it.
  ///   - lockAttempts: how often a file is tried that does not get one.
  ///   - lockPause: how long applications go on in between, on average.
  public init(
    migrations: [Migration], functions: [RepeatableMigration] = [], schema: String = "jira_sync",
    lockPatience: Int = 800, lockAttempts: Int = 120, lockPause: Duration = .milliseconds(1_500)
  ) {
    self.migrations = migrations.sorted { $0.version < $1.version }
    self.functions = functions.sorted { $0.name < $1.name }
    tables = MigrationTables(schema: schema)
    retries = LockRetries(patience: lockPatience, attempts: lockAttempts, pause: lockPause)
  }

  /// Applies what is pending.
  ///
  /// - Parameters:
  ///   - connection: to the database, as the schema's owner.
  ///   - logger: told of each file, and of what a newer program has applied.
  /// - Returns: the files that this call applied.
  /// - Throws: `MigrationError` where a file fails (those before it stay applied) or an applied one was edited: then
  ///   nothing is applied; `PostgresError` where the database does not answer.
  public func apply(
    on connection: PostgresConnection, logger: Logger? = nil
  ) async throws -> AppliedMigrations {
    let found = try await compare(on: connection)
    if !found.newer.isEmpty {
      let names = found.newer.map { "\($0.version)_\($0.name)" }.joined(separator: ", ")
      logger?.warning(
        "the database is newer than this program: it has \(names); its functions are left as they are"
      )
    }
    var applied = AppliedMigrations()
    // A schema that is up to date is only read: no lock, nothing to wait for.
    if found.edited == nil, found.next() == nil, !found.lacksChecksums { return applied }
    var done: Set<String> = []
    while let step = try await applyNextInTime(
      found.files, without: done, on: connection, logger: logger)
    {
      switch step {
      case .migration(let migration): applied.migrations.append(migration.file)
      case .function(let function):
        applied.functions.append(function.file)
        done.insert(function.file.name)
      }
      logger?.info("applied \(applied.files.last ?? "")")
    }
    return applied
  }

  /// Compares the files with the database; changes nothing.
  ///
  /// - Parameter connection: to the database.
  /// - Returns: what either side knows.
  /// - Throws: `MigrationError` where two files have one name, `PostgresError`.
  public func status(on connection: PostgresConnection) async throws -> SchemaStatus {
    try await compare(on: connection).status
  }

  func compare(on connection: PostgresConnection) async throws -> MigrationComparison {
    try checkNames()
    return try await connection.transaction(doing: "reading the migrations") { transaction in
      MigrationComparison(
        files: try await hashed(in: transaction), records: try await tables.records(in: transaction)
      )
    }
  }

  private func checkNames() throws(MigrationError) {
    for (first, second) in zip(migrations, migrations.dropFirst())
    where first.version == second.version {
      throw MigrationError(
        kind: .duplicateVersion, file: second.file, message: "\(first.file) has the same version")
    }
    for (first, second) in zip(functions, functions.dropFirst()) where first.name == second.name {
      throw MigrationError(
        kind: .duplicateVersion, file: second.file, message: "two files have this name")
    }
  }

  /// The files with the SHA-256 of their texts, which the server computes.
  private func hashed(
    in transaction: PostgresTransaction
  ) async throws(PostgresError) -> MigrationFiles {
    let result = try await transaction.query(
      """
      select encode(sha256(convert_to(text, 'UTF8')), 'hex') as checksum
      from unnest(\(migrations.map(\.sql) + functions.map(\.sql))::text[])
        with ordinality as file (text, number)
      order by number
      """, doing: "hashing the migrations")
    let checksums = try result.rows.map { row throws(PostgresError) -> String in
      try row.get("checksum")
    }
    return MigrationFiles(
      migrations: zip(migrations, checksums).map { HashedFile(file: $0, checksum: $1) },
      functions: zip(functions, checksums.dropFirst(migrations.count)).map {
        HashedFile(file: $0, checksum: $1)
      })
  }

  /// Applies the next file, again and again while another session holds a lock that it needs.
  private func applyNextInTime(
    _ files: MigrationFiles, without done: Set<String>, on connection: PostgresConnection,
    logger: Logger?
  ) async throws -> MigrationStep? {
    var attempt = 1
    while true {
      do { return try await applyNext(files, without: done, on: connection) } catch let error
        as MigrationError where LockRetries.isLock(error.cause) && attempt < retries.attempts
      {
        if attempt == 1 {
          warn("\(error.file) waits for a lock that another session holds", logger)
        }
      } catch let error as PostgresError
        where LockRetries.isLock(error) && attempt < retries.attempts
      {
        if attempt == 1 {
          warn("another session works on \(tables.schema).migrations", logger)
        }
      } catch let race as InstallationRace {
        if attempt >= LockRetries.installations { throw race.error ?? race }
        logger?.notice("another session installs the same schema; trying again")
      }
      attempt += 1
      try await retries.sleep()
    }
  }

  private func warn(_ what: String, _ logger: Logger?) {
    logger?.warning(
      """
      \(what) (select * from pg_locks; perhaps a backup or another migrate). It is tried again up to \
      \(retries.attempts) times, and no statement waits for it for longer than \(retries.patience) ms
      """)
  }

  /// Applies the next file; nil where there is none.
  private func applyNext(
    _ files: MigrationFiles, without done: Set<String>, on connection: PostgresConnection
  ) async throws -> MigrationStep? {
    do {
      return try await connection.transaction(doing: "applying migrations") { transaction in
        try await prepare(transaction)
        try await tables.lock(in: transaction)
        return try await step(files, without: done, in: transaction)
      }
    } catch let error as PostgresError where MigrationTables.areMissing(error) {
      return try await install(files, on: connection)
    }
  }

  /// Applies the first file, which makes the table that migrators take turns by.
  private func install(
    _ files: MigrationFiles, on connection: PostgresConnection
  ) async throws -> MigrationStep? {
    do {
      return try await connection.transaction(doing: "installing the schema") { transaction in
        try await prepare(transaction)
        if try await tables.exists("migrations", in: transaction) { throw InstallationRace() }
        return try await step(files, without: [], in: transaction)
      }
    } catch let error as MigrationError where LockRetries.isMeeting(error.cause) {
      throw InstallationRace(error: error)
    }
  }

  private func prepare(_ transaction: PostgresTransaction) async throws {
    // Whoever waited for the lock must see what the migrator before did.
    _ = try await transaction.query(
      "set transaction isolation level read committed", doing: "beginning a migration")
    // Whoever waits for a table lets everybody wait behind, applications included.
    // A role's statement_timeout would end the build of an index over a million rows.
    _ = try await transaction.query(
      """
      select set_config('lock_timeout', \("\(retries.patience)ms"), true),
        set_config('statement_timeout', '0', true)
      """, doing: "limiting how long locks are waited for")
  }

  private func step(
    _ files: MigrationFiles, without done: Set<String>, in transaction: PostgresTransaction
  ) async throws -> MigrationStep? {
    let comparison = MigrationComparison(
      files: files, records: try await tables.records(in: transaction))
    if let edited = comparison.edited { throw MigrationError.edited(edited) }
    if comparison.lacksChecksums {
      try await tables.rememberChecksums(of: files.migrations, in: transaction)
    }
    guard let next = comparison.next(without: done) else { return nil }
    switch next {
    case .migration(let migration): try await run(migration, in: transaction)
    case .function(let function):
      try await run(function, rights: files.rights, in: transaction)
    }
    return next
  }
}

/// Another session was installing the schema at the same time; the next attempt finds what it made.
struct InstallationRace: Error, CustomStringConvertible {
  /// What this attempt failed with; nil where it noticed before it began.
  var error: MigrationError?

  /// What happened, without values.
  var description: String {
    error?.description
      ?? "installing the schema: another session installs it at the same time; run it again later"
  }
}
