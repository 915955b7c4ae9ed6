import Postgres

/// Something of the installation that is not as it should be, as `jira_sync.inspect()` reports it.
public struct InspectionFinding: Sendable, Hashable {
  /// What it is about: a table, functions, settings, locks.
  public var subject: String
  /// What is wrong.
  public var problem: String
  /// What to do.
  public var remedy: String
  /// Whether changes are lost from sight or jobs wait until it is repaired.
  public var isError: Bool

  /// The statement that inspects and changes nothing.
  public static let query: SQL = """
    select subject, problem, remedy, is_error from jira_sync.inspect()
    """

  /// Reads a row of an inspection.
  ///
  /// - Throws: `PostgresError` where a column is not what it should be.
  public init(_ row: PostgresRow) throws {
    subject = try row.get("subject")
    problem = try row.get("problem")
    remedy = try row.get("remedy", as: String?.self) ?? ""
    isError = try row.get("is_error")
  }
}
