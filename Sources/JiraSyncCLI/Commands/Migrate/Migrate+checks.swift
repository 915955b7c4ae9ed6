import Foundation
import Postgres

extension Migrate {
  /// Looks for what no migration could put right, and what would otherwise fail in the middle of them.
  func checkDatabase(_ connection: PostgresConnection) async throws {
    guard let problem = try await DatabaseFitness.problems(connection).first else { return }
    throw CommandFailure(.failed, "\(problem.text). Nothing was changed. \(problem.remedy)")
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
