/// What a draining worker did, in one line that scripts read.
struct SyncSummary: Sendable, Hashable {
  /// The rows of the table.
  var rows: Int
  /// Rows that got an issue.
  var created: Int
  /// Rows that had an issue and were written on either side.
  var updated: Int
  /// Rows that were created, updated or failed.
  var touched: Int
  /// Rows and jobs that were refused or died.
  var errors: Int
  /// How long it took.
  var seconds: Double

  /// The line: `89 rows, 11 issues created, 0 updated, 78 unchanged, 0 errors, 3.1 s`.
  var text: String {
    let tenths = Int((seconds * 10).rounded())
    return """
      \(rows) rows, \(created) issues created, \(updated) updated, \(max(rows - touched, 0)) unchanged, \
      \(errors) errors, \(tenths / 10).\(tenths % 10) s
      """
  }
}
