import JobQueue

/// A row of `file_audit` that a command line names.
struct FoundRow: Sendable, Hashable {
  var key: RowKey
  var fileNumber: String?
  var filePath: String
  var hasDebt: Bool
  /// The state of its link, nil where there is none.
  var linkState: String?
  var issueKey: String?
  /// How many tickets the row names.
  var tickets: Int
  /// Whether the row is in the table; what is known of a deleted one comes from its link.
  var exists = true

  /// The row in a message.
  var label: String { fileNumber.map { "\($0) \(filePath)" } ?? filePath }

  /// Whether a sync would make an issue for it.
  var wantsIssue: Bool { hasDebt && (linkState == nil || linkState == "creating") }
}
