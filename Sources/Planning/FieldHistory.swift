import Jira

/// What an issue's history says of fields since the issue was read: whether another user edited them.
package struct FieldHistory: Sendable {
  /// The entries of the history, oldest first.
  var changes: [IssueChange]
  /// The entries that were there when the issue was read.
  var known: Set<String> = []
  /// The issue's `updated` when it was read, in milliseconds since 1970; nil for an issue that was made just now.
  var since: Int64?
  /// The account of the sync, whose entries are its own writes.
  var account: String

  /// Describes what a history says.
  package init(
    changes: [IssueChange], known: Set<String> = [], since: Int64? = nil, account: String
  ) {
    self.changes = changes
    self.known = known
    self.since = since
    self.account = account
  }

  /// Whether another user gave a field the value that it has.
  ///
  /// Only the last entry about the field counts. Where there is none, or it is our own, JIRA itself altered what was sent.
  ///
  /// - Parameters:
  ///   - id: the field's id.
  ///   - name: the field's name.
  /// - Returns: whether another user did.
  package func isEdited(id: String, name: String) -> Bool {
    let last = changes.last { change in
      change.items.contains { $0.isOf(id: id, name: name) }
    }
    guard let last, let author = last.author, author.id != account, !known.contains(last.id) else {
      return false
    }
    return since.map { last.created > $0 } ?? true
  }
}
