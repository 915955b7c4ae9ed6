import Mapping

extension Plan {
  /// Leaves out what a side that may not be written would get; its fields keep their base.
  ///
  /// - Parameters:
  ///   - sides: the sides that may be written.
  ///   - base: what the plan was made from.
  ///   - mapping: the fields.
  mutating func leaveOut(all sides: WritableSides, base: Base?, mapping: ResolvedMapping) {
    // The key of the issue is always noted in the row.
    let keyColumns = Set(
      mapping.fields.filter { $0.mapping.target == .issueKey }.flatMap(\.mapping.columns))
    let forRow =
      sides.row
      ? [] : Set(rowWrites.filter { !keyColumns.contains($0.column) }.map(\.field))
    let forIssue =
      sides.issue
      ? [] : Set(issueWrites.map(\.field) + (transition.map { [$0.field] } ?? []))
    leavesOutRow = !forRow.isEmpty
    leavesOutIssue = !forIssue.isEmpty
    leftOut = forRow.union(forIssue)
    guard !leftOut.isEmpty else { return }
    for name in leftOut {
      decided[name] = nil
      newBase.fields[name] = base?.fields[name]
      notedBase.fields[name] = base?.fields[name]
    }
    rowWrites.removeAll { forRow.contains($0.field) }
    issueWrites.removeAll { leftOut.contains($0.field) }
    // A resolution fills a column and the field beside it: the row is written, and the field follows with the next push.
    let written = Set(rowWrites.map(\.field))
    conflicts.removeAll { leftOut.contains($0.field) && !written.contains($0.field) }
    if let field = transition?.field, leftOut.contains(field) { transition = nil }
  }
}

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
