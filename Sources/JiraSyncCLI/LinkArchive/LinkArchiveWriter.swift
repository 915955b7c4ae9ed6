import Foundation
import Glibc
import JSON
import Postgres

/// Saves links, bases, open conflicts, watermarks and the site's name as lines of JSON, from the unreleased schema or the present one.
struct LinkArchiveWriter {
  /// The file, which must not exist.
  let path: String

  /// How many rows are read at once: a base may be large.
  private static let page = 200

  /// Writes the file; where that fails, there is none.
  ///
  /// - Parameters:
  ///   - connection: to the database, as the schema's owner.
  ///   - database: for messages.
  /// - Returns: what was saved.
  /// - Throws: `CommandFailure`, `LinkArchiveError`, `PostgresError`.
  func write(
    from connection: PostgresConnection, database: String
  ) async throws -> LinkArchiveCounts {
    // Links say where a team's issues are, and bases what is in them.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == EEXIST {
        throw LinkArchiveError(
          path: path, message: "it exists, and is not overwritten; give another name")
      }
      throw LinkArchiveError(
        path: path, message: "it cannot be created: \(String(cString: strerror(errno)))")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      let counts = try await write(to: file, from: connection, database: database)
      try file.synchronize()
      try file.close()
      return counts
    } catch {
      unlink(path)
      throw error
    }
  }

  private func write(
    to file: FileHandle, from connection: PostgresConnection, database: String
  ) async throws -> LinkArchiveCounts {
    // One picture of all tables, however long it takes.
    try await connection.transaction(doing: "saving the links", mode: .snapshot) { transaction in
      guard !(try await ArchivedTable.links.columns(in: transaction)).isEmpty else {
        throw CommandFailure(
          .failed, "\(database) has no table jira_sync.links: there are no links to save")
      }
      try write([LinkArchiveFormat.header.text], to: file)
      var counts = LinkArchiveCounts()
      for table in ArchivedTable.all {
        counts.add(try await save(table, to: file, in: transaction), of: table.kind)
      }
      try write([LinkArchiveFormat.end(counts).text], to: file)
      return counts
    }
  }

  private func save(
    _ table: ArchivedTable, to file: FileHandle, in transaction: PostgresTransaction
  ) async throws -> Int {
    guard let selection = table.selection(of: try await table.columns(in: transaction)) else {
      return 0
    }
    let doing = "saving jira_sync.\(table.name)"
    let cursor = "jira_sync_saved_\(table.name)"
    _ = try await transaction.query(
      "declare \(identifier: cursor) no scroll cursor for \(selection)", doing: doing)
    var count = 0
    while true {
      let rows = try await transaction.query(
        "fetch forward \(unescaped: "\(Self.page)") from \(identifier: cursor)", doing: doing
      ).rows
      if rows.isEmpty { break }
      try write(try rows.map { row in try row.get("line") }, to: file)
      count += rows.count
    }
    _ = try await transaction.query("close \(identifier: cursor)", doing: doing)
    return count
  }

  private func write(_ lines: [String], to file: FileHandle) throws {
    do {
      try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    } catch {
      throw LinkArchiveError(
        path: path, message: "it cannot be written: \(error.localizedDescription)")
    }
  }
}
