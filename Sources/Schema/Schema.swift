import Postgres

/// The schema of the database, as the files of `migrations/` were when this program was built.
public enum Schema {
  /// All versioned migrations, oldest first: tables.
  public static let migrations: [Migration] = EmbeddedMigrations.files.map { file in
    do {
      return try Migration(file: file.name, sql: file.sql)
    } catch {
      // The files are part of the program: a wrong name cannot pass its first test.
      preconditionFailure("\(error)")
    }
  }

  /// All repeatable migrations, in the order of their names: functions, views, triggers and rights.
  public static let functions: [RepeatableMigration] = EmbeddedMigrations.functions.map { file in
    do {
      return try RepeatableMigration(file: file.name, sql: file.sql)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Brings a database up to date with both.
  public static var migrator: Migrator { Migrator(migrations: migrations, functions: functions) }
}
