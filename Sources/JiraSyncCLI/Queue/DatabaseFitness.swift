import Postgres

/// What of a database no migration could put right: said by `migrate` before it changes anything, and by `doctor`.
struct DatabaseFitness {
  /// What is wrong, and what to do.
  struct Problem: Sendable, Hashable {
    let text: String
    let remedy: String
  }

  /// Looks at a database, whether or not the schema is installed.
  ///
  /// - Parameter connection: to the database.
  /// - Returns: what is wrong; nothing where it can be used.
  /// - Throws: `PostgresError`.
  static func problems(_ connection: PostgresConnection) async throws -> [Problem] {
    let row = try await connection.query(
      """
      select current_database()::text as name, current_setting('server_encoding') as encoding,
        c.relkind::text as kind, t.id_type
      from (select to_regclass('public.file_audit') as oid) as r
      left join pg_catalog.pg_class as c on c.oid = r.oid
      left join lateral (
        select format_type(a.atttypid, a.atttypmod) as id_type from pg_catalog.pg_attribute as a
        where a.attrelid = r.oid and a.attname = 'id' and not a.attisdropped
          and a.atttypid not in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
      ) as t on true
      """, doing: "looking at the database"
    ).one
    var problems: [Problem] = []
    let encoding: String = try row.get("encoding")
    if encoding != "UTF8" {
      problems.append(
        Problem(
          text:
            "database \(try row.get("name", as: String.self)) is encoded in \(encoding), which cannot hold every text of JIRA",
          remedy:
            "Make one with: create database … encoding 'UTF8' template template0; then copy the tables with pg_dump and pg_restore"
        ))
    }
    if let kind = try row.get("kind", as: String?.self), !["r", "p"].contains(kind) {
      problems.append(
        Problem(
          text:
            "public.file_audit is \(Self.relation(kind)), and changes are found by triggers, which only a table can have",
          remedy:
            "Rename it, for example: alter \(Self.command(kind)) public.file_audit rename to file_audit_view; then have "
            + "the data in a table of the name public.file_audit"))
    } else if let type = try row.get("id_type", as: String?.self) {
      problems.append(
        Problem(
          text: "public.file_audit.id is of type \(type), and links and jobs name rows by a number",
          remedy: "Give the table a numeric id, such as: bigint generated always as identity"))
    }
    return problems
  }

  private static func relation(_ kind: String) -> String {
    switch kind {
    case "v": "a view"
    case "m": "a materialized view"
    case "f": "a foreign table"
    case "S": "a sequence"
    case "i", "I": "an index"
    default: "no table"
    }
  }

  private static func command(_ kind: String) -> String {
    switch kind {
    case "v": "view"
    case "m": "materialized view"
    case "f": "foreign table"
    case "S": "sequence"
    case "i", "I": "index"
    default: "type"
    }
  }
}
