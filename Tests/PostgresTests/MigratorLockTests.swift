import Postgres
import TestSupport
import Testing

/// How migrators take turns, and what applications notice of them.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct MigratorLockTests {
  private let things = Books.migration(
    "20260101000002", "things", "create table first (id int); create table second (id int);")
  private let more = Books.migration(
    "20260101000003", "more",
    "alter table first add column name text; alter table second add column name text;")

  private static let waits = """
    exists (select from pg_locks as l join pg_database as d on d.oid = l.database
      where d.datname = current_database() and l.relation::regclass::text = '%' and not l.granted) as met
    """

  private func untilWaiting(for table: String, _ connection: PostgresConnection) async throws {
    let condition = Self.waits.split(separator: "%").joined(separator: table)
    try await connection.waitUntil(
      SQL(unescaped: "select \(condition)"), doing: "waiting until a session waits for \(table)")
  }

  /// Caught: two installers of which one ends with `duplicate key value violates unique constraint "pg_namespace_nspname_index"`.
  @Test func `many installations of an empty database at once all succeed`() async throws {
    let functions = [Books.function("10_queue"), Books.function("90_rights")]
    for _ in 1...3 {
      try await withDatabase(migrated: false) { database in
        let migrator = Books.migrator([Books.base, things], functions)
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
          for _ in 0..<6 {
            group.addTask {
              let connection = try await database.connect()
              let files = try await migrator.apply(on: connection).files
              await connection.close()
              return files
            }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(
          applied.sorted() == [
            "20260101000001_base.sql", "20260101000002_things.sql", "functions/10_queue.sql",
            "functions/90_rights.sql",
          ])
        let connection = try await database.connect()
        #expect(try await Books.runs(connection) == ["10_queue", "90_rights"])
        await connection.close()
      }
    }
  }

  /// Deterministic: the other one has made the schema and has not committed when this one comes.
  @Test func `an installation that meets another one tries again`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      let watcher = try await database.connect()
      let migrator = Books.migrator([Books.base], [Books.function("10_queue")])
      let installing = try await other.transaction(doing: "installing") { transaction in
        try await transaction.script(Books.base.sql, doing: "installing")
        let installing = Task { try await migrator.apply(on: connection) }
        try await watcher.waitUntil(
          "select exists (select from pg_locks where locktype = 'transactionid' and not granted) as met",
          doing: "waiting until both install")
        return installing
      }
      #expect(try await installing.value.files == ["functions/10_queue.sql"])
      for each in [connection, other, watcher] { await each.close() }
    }
  }

  @Test func `objects that were there before are an error after a few attempts`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      _ = try await connection.query("create schema books", doing: "preparing")
      let error = await #expect(throws: MigrationError.self) {
        try await Books.migrator([Books.base], []).apply(on: connection)
      }
      #expect(error?.kind == .failed)
      #expect(error?.cause?.sqlState == "42P06")
      await connection.close()
    }
  }

  @Test func `a migrator waits for its turn, and readers do not wait for it`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      let reader = try await database.connect()
      _ = try await Books.migrator([Books.base], []).apply(on: connection)
      let migrator = Books.migrator([Books.base, things], [])
      let log = LogLines()
      let migrating = try await other.transaction(doing: "migrating") { transaction in
        _ = try await transaction.query(
          "lock table books.migrations in share row exclusive mode", doing: "taking its turn")
        let migrating = Task { try await migrator.apply(on: connection, logger: log.logger) }
        try await untilWaiting(for: "books.migrations", reader)
        #expect(
          try await migrator.status(on: reader).migrations.map(\.state) == [.applied, .pending])
        return migrating
      }
      #expect(try await migrating.value.files == [things.file])
      for each in [connection, other, reader] { await each.close() }
    }
  }

  /// Caught: `migrate` at each start of a container, which waits for a backup of the schema though it has nothing to do.
  @Test func `a schema that is up to date needs no lock`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      let migrator = Books.migrator([Books.base], [Books.function("10_queue")])
      _ = try await migrator.apply(on: connection)
      try await other.transaction(doing: "migrating") { transaction in
        _ = try await transaction.query(
          "lock table books.migrations in share row exclusive mode", doing: "taking its turn")
        #expect(try await migrator.apply(on: connection).isEmpty)
      }
      for each in [connection, other] { await each.close() }
    }
  }

  /// Caught: an UPDATE of the application that ends in `deadlock detected`, since the migration locks the same tables in the opposite order.
  @Test func `a migration gives way to an application that locks in the opposite order`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let application = try await database.connect()
      let watcher = try await database.connect()
      _ = try await Books.migrator([Books.base, things], []).apply(on: connection)
      let migrator = Books.migrator([Books.base, things, more], [])
      let migrating = try await application.transaction(doing: "working") { transaction in
        _ = try await transaction.query("insert into second values (1)", doing: "working")
        let migrating = Task { try await migrator.apply(on: connection) }
        try await untilWaiting(for: "second", watcher)
        // Waits for the migration, which waits for this transaction.
        _ = try await transaction.query("insert into first values (1)", doing: "working")
        return migrating
      }
      #expect(try await migrating.value.files == [more.file])
      for each in [connection, application, watcher] { await each.close() }
    }
  }

  @Test func `a lock that is never free is an error in the end, and nothing was applied`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let application = try await database.connect()
      _ = try await Books.migrator([Books.base, things], []).apply(on: connection)
      let hasty = Migrator(
        migrations: [Books.base, things, more], schema: "books", lockPatience: 10,
        lockAttempts: 3, lockPause: .milliseconds(1))
      let log = LogLines()
      try await application.transaction(doing: "working") { transaction in
        _ = try await transaction.query("insert into second values (1)", doing: "working")
        let error = await #expect(throws: MigrationError.self) {
          try await hasty.apply(on: connection, logger: log.logger)
        }
        #expect(error?.cause?.sqlState == "55P03")
      }
      #expect(log.lines.count == 1)
      #expect(log.lines.first?.contains("20260101000003_more.sql waits for a lock") == true)
      #expect(
        try await hasty.status(on: connection).migrations.map(\.state) == [
          .applied, .applied, .pending,
        ])
      for each in [connection, application] { await each.close() }
    }
  }

  /// Caught: a migrator that waited for its turn and then works with what it saw before.
  @Test func `a role with another isolation level and a time limit migrates all the same`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let admin = try await database.connectAsSuperuser()
      for setting: SQL in [
        "default_transaction_isolation = 'serializable'", "statement_timeout = '50ms'",
      ] {
        _ = try await admin.query(
          "alter database \(identifier: database.name) set \(setting)", doing: "setting")
      }
      let slow = Books.migration("20260101000002", "slow", "select pg_sleep(0.1);")
      let connection = try await database.connect()
      #expect(
        try await Books.migrator([Books.base, slow], []).apply(on: connection).files.count == 2)
      for each in [connection, admin] { await each.close() }
    }
  }
}
