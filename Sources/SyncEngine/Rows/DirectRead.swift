import Jira
import Planning

/// Whether what was planned on values of a search needs the issue itself.
///
/// Data Center reads many issues through its search, whose index may be seconds behind, or another node's. Ids come from the
/// search; what is written rests on the issue. See decision 0107.
enum DirectRead {
  /// Decides.
  ///
  /// - Parameters:
  ///   - plan: what was planned on values of the index.
  ///   - base: what it was planned from.
  ///   - updated: the issue's `updated`, as the index has it.
  ///   - seen: the `updated` of the issue that the link was stored with, nil where none was.
  ///   - recordsConflict: whether the plan has a conflict that is not on record yet.
  /// - Returns: whether the issue is to be read and the plan made anew.
  static func isNeeded(
    for plan: Plan, base: Base?, updated: Int64?, seen: Int64?, recordsConflict: Bool
  ) -> Bool {
    if !plan.issueWrites.isEmpty || plan.transition != nil || recordsConflict { return true }
    // Whether a write of ours arrived cannot be told from values of before it.
    if base?.fields.values.contains(where: { $0.sent != nil }) == true { return true }
    // A row takes a value of the index only where that is later than what the row has.
    guard !plan.rowWrites.isEmpty else { return false }
    guard let updated, let seen else { return true }
    return updated <= seen
  }
}

extension Reconciliation {
  /// Whether the issue was read through a search, and the plan needs more than that.
  var needsDirectRead: Bool {
    issue.isFromIndex
      && DirectRead.isNeeded(
        for: plan, base: oldBase, updated: issue.updated, seen: item.link?.issueUpdated,
        recordsConflict: recordsConflict)
  }

  /// Whether the plan has a conflict that is not on record yet.
  private var recordsConflict: Bool {
    plan.conflicts.contains { !item.isRecorded($0) }
  }
}
