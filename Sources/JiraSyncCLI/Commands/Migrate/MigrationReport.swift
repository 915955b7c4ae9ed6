import JSON
import Postgres
import Schema

/// What `migrate` did, for people and for programs.
struct MigrationReport {
  /// What this run applied.
  var applied: AppliedMigrations
  /// Columns that the design names and the table lacks.
  var missingColumns: [String]

  /// A line for each file, or that there was nothing to do.
  var text: String {
    guard applied.isEmpty else {
      return applied.files.map { "applied \($0)" }.joined(separator: "\n")
    }
    return "up to date: \(Self.count), none pending"
  }

  var json: JSON {
    [
      "applied": .array(applied.files.map(JSON.string)),
      "missing_columns": .array(missingColumns.map(JSON.string)),
    ]
  }

  /// What the user should know about a table that was there before; nil where nothing is missing.
  var warning: String? {
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
