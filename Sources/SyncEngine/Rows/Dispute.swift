import Jira
import Planning

/// A conflict of a row and its issue, as it is recorded.
struct Dispute: Sendable {
  let item: WorkItem
  let key: String?
  let conflict: FieldConflict
  /// Who gave the issue its value, where JIRA tells.
  let author: Authorship?

  init(_ conflict: FieldConflict, of step: PairStep) {
    item = step.item
    key = step.issue.key
    self.conflict = conflict
    author = step.author(of: conflict.field)
  }
}
