import Foundation
import Postgres

extension Migrate {
  /// Looks for what no migration could put right, and what would otherwise fail in the middle of them.
  func checkDatabase(_ connection: PostgresConnection) async throws {
    let row = try await connection.query(
      """
      select current_database()::text as name, current_setting('server_encoding') as encoding,
        (
          select format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute as a
          where a.attrelid = to_regclass('public.file_audit') and a.attname = 'id' and not a.attisdropped
            and a.atttypid not in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
        ) as id_type
      """, doing: "looking at the database"
    ).one
    let encoding: String = try row.get("encoding")
    guard encoding == "UTF8" else {
      throw CommandFailure(
        .failed,
        "database \(try row.get("name", as: String.self)) is encoded in \(encoding), which cannot hold every text of JIRA. "
          + "Make one with: create database … encoding 'UTF8' template template0")
    }
    if let type = try row.get("id_type", as: String?.self) {
      throw CommandFailure(
        .failed,
        "public.file_audit.id is of type \(type), and links and jobs name rows by a number. Give the table a numeric id, "
          + "such as: bigint generated always as identity")
    }
  }

  /// The columns of the built-in table that a table which was there before lacks.
  func missingColumns(on connection: PostgresConnection) async throws(PostgresError) -> [String] {
    try await connection.query(
      "select jira_sync.missing_columns() as missing",
      doing: "looking for the columns of public.file_audit"
    ).one.get("missing")
  }
}

extension MigrationStamp {
  /// This second.
  static var now: MigrationStamp {
    MigrationStamp(secondsSince1970: Int(Date.now.timeIntervalSince1970))
  }
}
