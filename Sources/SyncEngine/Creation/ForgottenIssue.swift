import JSON
import Jira

/// An issue of ours that no link knows, and what becomes of it.
struct ForgottenIssue: Sendable, Hashable {
  /// What becomes of it.
  enum Decision: Sendable, Hashable {
    /// It is the row's.
    case adopt
    /// It is listed for people.
    case tell(String)
  }

  let id: String
  let key: String
  let marker: IssueMarker

  /// Nil for an issue that no creation of ours made.
  init?(_ issue: Issue) {
    guard let marker = IssueMarker(issue.properties[IssueMarker.property]), marker.marker != nil
    else { return nil }
    id = issue.id
    key = issue.key
    self.marker = marker
  }

  /// Decides: table, row id and label must all be those of a row that has no issue, and none that is being made.
  ///
  /// - Parameters:
  ///   - item: the row of that id with its link; nil where the table is not synced.
  ///   - others: how many other forgotten issues name the same row.
  /// - Returns: what becomes of it.
  func decide(_ item: WorkItem?, others: Int) -> Decision {
    guard let item, item.row != nil else { return .tell("there is no row \(marker.rowKey)") }
    guard let label = marker.label, label == item.row?[AuditTable.labelColumn]?.string else {
      return .tell(
        "the row \(marker.rowKey) is called \(item.label), and the issue was made for \(marker.label ?? "an unknown one")"
      )
    }
    if let link = item.link {
      if let key = link.issueKey { return .tell("\(label) has \(key)") }
      guard link.state == .creating, link.marker == nil else {
        return .tell("the link of \(label) is \(link.state.rawValue)")
      }
    }
    return others == 0 ? .adopt : .tell("\(label) has several such issues")
  }
}
