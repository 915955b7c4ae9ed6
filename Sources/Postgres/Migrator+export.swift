import Logging

extension Migrator {
  /// What neither the database nor a folder has, as files for that folder; changes nothing.
  ///
  /// - Parameters:
  ///   - connection: to the database, to read what is applied.
  ///   - folder: all SQL files of the folder.
  ///   - now: the time; stamps begin here, or after the newest file of the folder.
  ///   - logger: told where the database or the folder is newer than this program.
  /// - Returns: the files to write, in their order; empty where nothing is missing.
  /// - Throws: `MigrationError` where a file was changed after it had been applied or exported, `PostgresError`.
  public func export(
    on connection: PostgresConnection, folder: [ExportedFile], now: MigrationStamp,
    logger: Logger? = nil
  ) async throws -> [ExportedFile] {
    let export = MigrationExport(
      comparison: try await compare(on: connection), history: ExportHistory(files: folder),
      schema: tables.schema)
    if !export.newer.isEmpty {
      logger?.warning(
        """
        the database or the folder is newer than this program: it has \(export.newer.joined(separator: ", ")); \
        no functions are written
        """)
    }
    return try export.files(now: now)
  }
}
