/// What is done to one half of a link when the other half is deleted.
///
/// Nothing is ever deleted on the other side.
public enum DeletionPolicy: String, Sendable, Hashable, CaseIterable {
  /// It stays as it is; the link says what is gone.
  case none
  /// A sentence is added: a comment at the issue, a line in the row's notes.
  case comment
  /// A sentence is added, and it is closed: the issue is moved to done, the row has no debt any more.
  case close
  /// The two are separated: the issue loses its property, and the row never gets another issue.
  case unlink
}

/// What is done to the issue of a row that was deleted.
package enum DeletionAction: Sendable, Hashable {
  /// The text is added as a comment.
  case comment(String)
  /// The text is added as a comment, and the issue is moved to a status.
  case close(String, StatusTarget?)
  /// The issue loses what jira-sync gave it.
  case unlink
}
