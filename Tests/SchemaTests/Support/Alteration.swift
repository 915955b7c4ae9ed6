import Testing

/// Something that happens to the table or to the installation while applications write.
struct Alteration: Sendable, CustomTestStringConvertible {
  /// What the superuser does.
  let statements: String
  /// A change that an application makes afterwards.
  var change = "update public.file_audit set status = 'NEW' where file_number = '1'"
  /// The row ids of the jobs that the change leads to.
  var found: Set<String> = ["1"]
  /// What a problem that `inspect()` finds must contain; nil where nothing is wrong.
  var problem: String?

  var testDescription: String { statements }

  /// A mapped column of another type, and a change of it.
  private static func type(_ type: String, _ using: String, _ value: String, _ before: String = "")
    -> Alteration
  {
    Alteration(
      statements: before + "alter table public.file_audit alter notes type \(type) using \(using)",
      change: "update public.file_audit set notes = \(value) where file_number = '1'")
  }

  /// All that happen to `file_audit`.
  static let ofTheTable: [Alteration] = [
    Alteration(
      statements: "alter table public.file_audit rename notes to remarks", problem: "column notes"),
    Alteration(statements: "alter table public.file_audit drop notes", problem: "column notes"),
    Alteration(
      statements: "alter table public.file_audit rename file_path to path",
      change: "delete from public.file_audit where file_number = '1'", problem: "column file_path"),
    .type("json", "'1'::json", "'{\"a\": 1}'"),
    .type("point", "'(1,2)'::point", "'(3,4)'"),
    .type("jsonpath", "'$'::jsonpath", "'$.a'"),
    .type("pg_snapshot", "'1:1:'::pg_snapshot", "'2:2:'"),
    .type("txid_snapshot", "'1:1:'::txid_snapshot", "'2:2:'"),
    .type("inner_document", "'{}'::json", "'{\"a\": 1}'", domains),
    .type("tsvector", "'a'::tsvector", "'b'"), .type("json[]", "'{1}'::json[]", "'{2}'"),
    .type(
      "public.pair", "'(1,)'::public.pair", "'(2,)'", "create type public.pair as (a int, b json);"),
    .type("void_range", "null", "'[1,2)'", "create type void_range as range (subtype = numeric);"),
    Alteration(
      statements: "alter table public.file_audit rename has_technical_debt to debt",
      problem: "column has_technical_debt"),
    Alteration(
      statements: "alter table public.file_audit drop has_technical_debt",
      problem: "column has_technical_debt"),
    debt("text", "has_technical_debt::text"), debt("int", "has_technical_debt::int"),
    debt("json", "to_json(has_technical_debt)"), debt("point", "'(1,2)'::point"),
    // Which row it was is not known, so all rows with issues are looked at.
    Alteration(
      statements: "alter table public.file_audit rename id to number", found: all,
      problem: "column id"),
    Alteration(
      statements: "alter table public.file_audit drop id", found: all, problem: "column id"),
    id("bigint", "id", "1"), id("text", "id::text", "1"),
    id(
      "uuid", "lpad(id::text, 32, '0')::uuid", "00000000-0000-0000-0000-000000000001"),
    id("numeric(10, 2)", "id", "1.00"),
  ]

  private static let all: Set<String> = ["1", "2", "3", "4", "5"]

  private static let domains = """
    create domain outer_document as json; create domain inner_document as outer_document;
    """

  private static func debt(_ type: String, _ using: String) -> Alteration {
    Alteration(
      statements: """
        drop index public.idx_file_audit_has_technical_debt;
        alter table public.file_audit alter has_technical_debt drop default,
          alter has_technical_debt type \(type) using \(using)
        """)
  }

  private static func id(_ type: String, _ using: String, _ found: String) -> Alteration {
    Alteration(
      statements: """
        alter table public.file_audit alter id drop default, alter id type \(type) using \(using)
        """, found: [found])
  }
}
