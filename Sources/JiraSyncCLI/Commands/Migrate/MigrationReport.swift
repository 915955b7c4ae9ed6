import JSON
import Postgres
import Schema
import SyncEngine

/// What `migrate` did, for people and for programs.
struct MigrationReport {
  /// What this run applied.
  var applied: AppliedMigrations
  /// What was not as installed, and is again.
  var repaired: [InspectionFinding] = []
  /// What is not as it should be, and has to be repaired by a person.
  var left: [InspectionFinding] = []
  /// Columns that the design names and the table lacks.
  var missingColumns: [String]

  /// A line for each file, or that there was nothing to do.
  var text: String {
    let lines =
      applied.files.map { "applied \($0)" } + repaired.map { "repaired: \($0.problem)" }
    return lines.isEmpty
      ? "up to date: \(Self.count), none pending" : lines.joined(separator: "\n")
  }

  var json: JSON {
    [
      "applied": .array(applied.files.map(JSON.string)),
      "repaired": .array(repaired.map { .string($0.problem) }),
      "left": .array(left.map { ["problem": .string($0.problem), "remedy": .string($0.remedy)] }),
      "missing_columns": .array(missingColumns.map(JSON.string)),
    ]
  }

  /// What the user has to do; nil where nothing is left to do.
  var warning: String? {
    // A column that the table never had is in the warning about columns.
    let others = left.filter { finding in
      !missingColumns.contains { finding.problem.hasPrefix("the column \($0) of ") }
    }
    let lines =
      others.map { "jira-sync: \($0.problem). \($0.remedy)" } + [columnWarning].compactMap { $0 }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// What the user should know about a table that was there before; nil where nothing is missing.
  private var columnWarning: String? {
    guard !missingColumns.isEmpty else { return nil }
    return """
      jira-sync: public.file_audit was there before and is left as it is. It lacks \
      \(missingColumns.joined(separator: ", ")); what is mapped to these columns is not synced. \
      Add them, then run jira-sync migrate again.
      """
  }

  /// How many files this program has: `9 migrations and 8 function files`.
  static var count: String {
    "\(Schema.migrations.count) migrations and \(Schema.functions.count) function files"
  }
}
