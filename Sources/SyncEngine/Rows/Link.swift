import FoundationEssentials
import Planning

/// A row of `jira_sync.links`.
struct Link: Sendable, Hashable {
  var id: Int64
  var state: LinkState
  /// What users call the row.
  var label: String
  var issueID: String?
  var issueKey: String?
  var marker: UUID?
  var lastError: String?
  var base: Base?
  /// How long ago a creation was last sent, nil where none was.
  var sinceAttempt: Duration?
  /// How often the issue was searched for after a creation without an answer.
  var creationLookups: Int
  /// When the issue was last changed, as far as it was read, in milliseconds since 1970.
  var issueUpdated: Int64?
  /// The token in the issue's property when it was last read.
  var writeToken: Int64?
  /// How far what `on_row_deleted` says was done.
  var deletionAction: DeletionAction?
  /// When its fields changed sides.
  var sideChanges = SideChanges()

  /// How far what `on_row_deleted` says was done.
  enum DeletionAction: String, Sendable, Hashable {
    case begun
    case done
  }

  func hasDeletionAction(_ state: DeletionAction) -> Bool { deletionAction == state }
}
