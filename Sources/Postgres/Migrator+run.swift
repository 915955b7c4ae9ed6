extension Migrator {
  /// Runs a versioned file and notes that all functions must be applied again.
  func run(
    _ migration: HashedFile<Migration>, in transaction: PostgresTransaction
  ) async throws {
    try await script(migration.file, in: transaction)
    guard try await tables.record(migration, in: transaction) else {
      throw MigrationError(
        kind: .unrecorded, file: migration.file.file,
        message: "it must end with: insert into \(tables.schema).migrations (version, name) values "
          + "('\(migration.file.version)', '\(migration.file.name)') on conflict do nothing;")
    }
    try await tables.forget(nil, in: transaction)
  }

  /// Runs a repeatable file, records it, and notes that the rights must be granted again.
  func run(
    _ function: HashedFile<RepeatableMigration>, rights: String?,
    in transaction: PostgresTransaction
  ) async throws {
    try await script(function.file, in: transaction)
    guard try await tables.record(function, in: transaction) else {
      throw MigrationError(
        kind: .unrecorded, file: function.file.file,
        message: "the table \(tables.schema).repeatable_migrations does not exist; the first "
          + "versioned migration must create it")
    }
    if let rights, rights != function.file.name {
      try await tables.forget(rights, in: transaction)
    }
  }

  private func script(
    _ file: some MigrationFile, in transaction: PostgresTransaction
  ) async throws {
    do {
      try await transaction.script(file.sql, doing: "applying \(file.file)")
    } catch {
      guard error.kind == .server else { throw error }
      throw MigrationError(
        kind: .failed, file: file.file, line: error.position.map(file.line(at:)),
        message: "\(error.message) (SQLSTATE \(error.sqlState ?? "unknown")); nothing of this file "
          + "was applied", cause: error)
    }
    guard await transaction.isOpen else {
      throw MigrationError(
        kind: .endedTransaction, file: file.file,
        message: "it contains COMMIT or ROLLBACK, and a migration is run in one transaction")
    }
  }
}
