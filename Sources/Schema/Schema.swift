import Postgres

/// The schema of the database, as the files of `migrations/` were when this program was built.
public enum Schema {
  /// All migrations, oldest first.
  public static let migrations: [Migration] = EmbeddedMigrations.files.map { file in
    do {
      return try Migration(file: file.name, sql: file.sql)
    } catch {
      // The files are part of the program: a wrong name cannot pass its first test.
      preconditionFailure("\(error)")
    }
  }
}
