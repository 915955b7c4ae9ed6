import JSON
import Postgres

/// Puts saved links into a schema that has none, all of them or nothing.
struct LinkRestore {
  let connection: PostgresConnection

  /// How many records, and about how many bytes of them, go to the server at once.
  private static let page = (records: 500, bytes: 4 << 20)

  /// Restores a file.
  ///
  /// - Parameter archive: the file, from its first record.
  /// - Returns: what was restored.
  /// - Throws: `CommandFailure` where there are links already or the database belongs to another site, `LinkArchiveError`
  ///   that names the line, `PostgresError`.
  func restore(_ archive: LinkArchiveReader) async throws -> LinkArchiveCounts {
    try await connection.transaction(doing: "restoring the links") { transaction in
      let hasLinks: Bool = try await transaction.query(
        "select exists (select from jira_sync.links) as found", doing: "looking for links"
      ).one.get("found")
      if hasLinks {
        throw CommandFailure(
          .failed,
          "jira_sync.links is not empty, and links are restored only into a schema without any. "
            + "Nothing was changed")
      }
      var columns: [String: Set<String>] = [:]
      for table in ArchivedTable.all {
        columns[table.kind] = Set(try await table.columns(in: transaction))
      }
      var archive = archive
      var counts = LinkArchiveCounts()
      var page: [LinkArchiveReader.Record] = []
      var bytes = 0
      while let record = try archive.next() {
        if let unknown = record.columns.first(where: {
          columns[record.kind]?.contains($0) != true
        }) {
          throw archive.failure(
            "the schema has no column '\(unknown)' for a record '\(record.kind)'; use the program "
              + "that wrote the file, or a newer one")
        }
        let goesOn = page.last.map { $0.kind == record.kind && $0.columns == record.columns }
        if goesOn == false || page.count >= Self.page.records || bytes >= Self.page.bytes {
          try await insert(page, of: archive.path, in: transaction)
          page = []
          bytes = 0
        }
        page.append(record)
        bytes += record.text.utf8.count
        counts.add(1, of: record.kind)
      }
      try await insert(page, of: archive.path, in: transaction)
      return counts
    }
  }

  /// Inserts records of one kind; where that fails, one by one, to name the line.
  private func insert(
    _ records: [LinkArchiveReader.Record], of path: String, in transaction: PostgresTransaction
  ) async throws {
    guard !records.isEmpty else { return }
    _ = try await transaction.query("savepoint page", doing: "restoring the links")
    do {
      try await insertAtOnce(records, of: path, in: transaction)
    } catch let error as PostgresError where error.kind == .server {
      _ = try await transaction.query("rollback to savepoint page", doing: "restoring the links")
      for record in records {
        do {
          try await insertAtOnce([record], of: path, in: transaction)
        } catch let cause as PostgresError where cause.kind == .server {
          throw LinkArchiveError(
            path: path, line: record.number,
            message: "the database refuses it: \(cause.message) (SQLSTATE "
              + "\(cause.sqlState ?? "unknown")). Nothing was changed")
        }
      }
      throw error
    }
    _ = try await transaction.query("release savepoint page", doing: "restoring the links")
  }

  private func insertAtOnce(
    _ records: [LinkArchiveReader.Record], of path: String, in transaction: PostgresTransaction
  ) async throws {
    guard let first = records.first,
      let table = ArchivedTable.all.first(where: { $0.kind == first.kind })
    else { return }
    let rows = "[" + records.map(\.text).joined(separator: ",") + "]"
    _ = try await transaction.query(
      table.insertion(of: first.columns, rows: rows), doing: "restoring jira_sync.\(table.name)")
    if table.kind == ArchivedTable.site.kind {
      try await checkSite(first, of: path, in: transaction)
    }
  }

  /// Issue ids of one site mean other issues on another.
  private func checkSite(
    _ record: LinkArchiveReader.Record, of path: String, in transaction: PostgresTransaction
  ) async throws {
    let bound: String = try await transaction.query(
      "select base_url from jira_sync.site", doing: "reading the site"
    ).one.get("base_url")
    let saved = try JSON(parsing: record.text)["site"]?["base_url"]?.string
    guard saved != bound else { return }
    throw CommandFailure(
      .failed,
      "the links of \(path) lead to \(saved ?? "no site"), and the database belongs to \(bound). Nothing was changed"
    )
  }
}
