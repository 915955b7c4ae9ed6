import JSON
import Jira

/// Whether an issue that was made just now is the one that a draft asked for.
///
/// The answer to a bulk creation names no drafts, so that the order alone tells which issue came from which.
enum CreatedMark: Sendable {
  /// It carries the draft's marker, or there can be no doubt.
  case ours
  /// It carries the marker of another draft.
  case another
  /// It carries none at all, and looks different.
  case none

  /// The fields that are compared beside the mapped ones.
  static let fields = ["created", "summary"]

  /// Compares an issue with a draft.
  ///
  /// - Parameters:
  ///   - issue: the issue, read back with its property.
  ///   - draft: what it was made from.
  ///   - isOnly: whether it was made alone, so that the answer's id is its own.
  init(of issue: Issue, for draft: CreationDraft, isOnly: Bool) {
    let marker = IssueMarker(issue.properties[IssueMarker.property])?.marker
    if isOnly || marker == draft.marker {
      self = .ours
    } else if marker != nil {
      self = .another
    } else {
      // Some sites drop properties for want of a right.
      self = issue.fields["summary"] == draft.issueDraft.fields["summary"] ? .ours : .none
    }
  }
}
