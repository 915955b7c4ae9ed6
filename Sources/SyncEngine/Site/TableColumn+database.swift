import Mapping
import Postgres

extension TableColumn {
  /// The columns of `file_audit`, in their order, with the kind that a mapping has to know.
  public static let query: SQL = """
    select a.attname::text as name, not a.attnotnull as nullable,
      a.attgenerated <> '' or a.attidentity = 'a' as generated,
      case
        when b.typcategory = 'A' then 'list'
        when b.typname in ('int2', 'int4', 'int8') then 'integer'
        when b.typname in ('numeric', 'float4', 'float8') then 'decimal'
        when b.typname = 'bool' then 'boolean'
        when b.typname = 'date' then 'date'
        when b.typname in ('timestamp', 'timestamptz') then 'timestamp'
        when b.typname in ('json', 'jsonb') then 'json'
        else 'text'
      end as kind,
      case when b.typname in ('varchar', 'bpchar') then
        nullif(greatest(case when t.typbasetype <> 0 then t.typtypmod else a.atttypmod end, 4), 4) - 4
      end as length
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    join pg_catalog.pg_type as b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
    where a.attrelid = to_regclass('public.file_audit') and a.attnum > 0 and not a.attisdropped
    order by a.attnum
    """

  /// Reads a row of `query`.
  ///
  /// - Throws: `PostgresError` where a column is not what it should be.
  public init(_ row: PostgresRow) throws {
    let kind: Kind =
      switch try row.get("kind", as: String.self) {
      case "list": .textArray
      case "integer": .integer
      case "decimal": .decimal
      case "boolean": .boolean
      case "date": .date
      case "timestamp": .timestamp
      case "json": .json
      default: .text(limit: try row.get("length", as: Int?.self))
      }
    self.init(
      name: try row.get("name"), kind: kind, nullable: try row.get("nullable"),
      isGenerated: try row.get("generated"))
  }
}
