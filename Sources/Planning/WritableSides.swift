/// Which sides a run may write.
package struct WritableSides: Sendable, Hashable {
  /// Whether it may write the issue.
  package let issue: Bool
  /// Whether it may write the row.
  package let row: Bool

  /// Both sides.
  package static let both = WritableSides(issue: true, row: true)
  /// JIRA alone follows.
  package static let issueOnly = WritableSides(issue: true, row: false)
  /// The row alone follows.
  package static let rowOnly = WritableSides(issue: false, row: true)
}
