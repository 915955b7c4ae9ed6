import Postgres
import SyncEngine

/// What `migrate` inspects and repairs beside the files that are pending.
struct Installation {
  /// To the database, as the owner.
  let connection: PostgresConnection

  /// What is not as it should be; nothing where the schema is not installed yet.
  ///
  /// - Throws: `PostgresError` where the inspection fails for another reason.
  func findings() async throws -> [InspectionFinding] {
    do {
      return try await connection.query(
        InspectionFinding.query, doing: "inspecting the installation"
      ).rows.map { try InspectionFinding($0) }
    } catch let error as PostgresError where error.sqlState.map(Self.isNotInstalled) == true {
      return []
    }
  }

  /// Makes the next `apply` install all functions, triggers and rights again.
  ///
  /// - Throws: `PostgresError`.
  func forgetFunctions() async throws {
    _ = try await connection.query(
      "update jira_sync.repeatable_migrations set checksum = null",
      doing: "preparing the repair of the installation")
  }

  /// No schema, table or function of that name, or a function of a version that cannot run on the tables as they are
  /// (Postgres manual, appendix A).
  private static func isNotInstalled(_ sqlState: String) -> Bool {
    ["3F000", "42P01", "42883", "42703"].contains(sqlState)
  }
}

extension InspectionFinding {
  /// Whether `migrate` can repair it: it installs functions, triggers, rights and policies anew.
  var isRepairable: Bool { subject != "locks" && subject != "settings" }
}
