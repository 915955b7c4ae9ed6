import JSON
import Jira
import JobQueue
import Mapping
import Planning
import Postgres

/// What the rows of the table hold, seen through a mapping: the texts that must be options of JIRA, and the values that no field can hold.
public struct RowCensus: Sendable {
  /// How many rows are concerned, and one of them.
  public struct Count: Sendable, Hashable {
    /// All rows.
    public var rows = 0
    /// Those that have an issue, or get one.
    public var wanted = 0
    /// The path of one of them.
    public var example = ""

    mutating func add(_ path: String, isWanted: Bool) {
      rows += 1
      // One that would really fail is the better example.
      if example.isEmpty || (isWanted && wanted == 0) { example = path }
      if isWanted { wanted += 1 }
    }
  }

  /// How many rows were looked at.
  public private(set) var rows = 0
  /// The texts that must be options of JIRA, by field of the mapping; a cascading one as `parent / child`.
  public private(set) var options: [String: [String: Count]] = [:]
  /// What is wrong with values, by field of the mapping.
  public private(set) var problems: [String: [String: Count]] = [:]
  /// Rows without a value, by field of the mapping.
  public private(set) var empty: [String: Count] = [:]

  /// More different texts of one field than anybody reads.
  private static let mostTexts = 500

  /// A census of no rows.
  public init() {}

  /// Takes a row in.
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - isWanted: whether it has an issue, or gets one.
  ///   - fields: the fields to look at; what options they have does not matter.
  public mutating func add(_ row: Row, isWanted: Bool, fields: [ResolvedField]) {
    rows += 1
    let path = row[AuditTable.labelColumn]?.string ?? ""
    for field in fields where field.mapping.direction.pushes && !field.isStatus {
      var field = field
      field.options = nil
      do throws(FieldProblem) {
        add(try rowValue(field, row: row), of: field, path, isWanted)
      } catch {
        note(error.message, in: &problems[field.name, default: [:]], path, isWanted)
      }
    }
  }

  private mutating func add(
    _ value: FieldValue, of field: ResolvedField, _ path: String, _ isWanted: Bool
  ) {
    let texts: [String]
    switch value {
    case .empty:
      empty[field.name, default: Count()].add(path, isWanted: isWanted)
      return
    case .option(let text) where field.type != .parent: texts = [text]
    case .set(let members) where field.type != .labels && field.type != .multiUser: texts = members
    case .cascade(let parent, let child): texts = [child.map { "\(parent) / \($0)" } ?? parent]
    default: return
    }
    for text in texts { note(text, in: &options[field.name, default: [:]], path, isWanted) }
  }

  private func note(
    _ text: String, in counts: inout [String: Count], _ path: String, _ isWanted: Bool
  ) {
    guard counts.count < Self.mostTexts || counts[text] != nil else { return }
    counts[text, default: Count()].add(path, isWanted: isWanted)
  }

  /// Looks at all rows, some hundred at a time.
  ///
  /// - Parameters:
  ///   - fields: the fields to look at.
  ///   - connection: the database.
  /// - Returns: the census.
  /// - Throws: `PostgresError`.
  public static func read(
    fields: [ResolvedField], on connection: PostgresConnection
  ) async throws -> RowCensus {
    var census = RowCensus()
    var last = Int64.min
    while true {
      let page = try await connection.query(
        """
        select f.id::bigint as id, to_jsonb(f)::text as row,
          coalesce(f.has_technical_debt, false) or exists (
            select from jira_sync.links as l
            where l.table_name = \(RowKey.standardTable) and l.row_id = f.id::text
              and l.state = 'linked') as wanted
        from public.file_audit as f
        where f.id > \(last)::bigint
        order by f.id
        limit 500
        """, doing: "looking at what the rows hold")
      for row in page.rows {
        last = try row.get("id")
        let values = try JSON(parsing: try row.get("row", as: String.self)).object ?? [:]
        census.add(values, isWanted: try row.get("wanted"), fields: fields)
      }
      if page.rows.count < 500 { return census }
    }
  }
}
