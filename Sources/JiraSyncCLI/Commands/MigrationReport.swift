import JSON
import Postgres

/// What `migrate` did, for people and for programs.
struct MigrationReport {
  /// What this run applied.
  var applied: [Migration]
  /// How many there are.
  var total: Int
  /// Columns that the design names and the table lacks.
  var missingColumns: [String]

  /// A line for each migration, or that there was nothing to do.
  var text: String {
    if applied.isEmpty { return "up to date: \(total) migrations, none pending" }
    return applied.map { "applied \($0.file)" }.joined(separator: "\n")
  }

  var json: JSON {
    [
      "applied": .array(applied.map { .string($0.file) }),
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
}
