import JSON
import JobQueue
import Planning

/// What is stored of a row and its issue after a run.
struct LinkUpdate: Sendable {
  let rowKey: RowKey
  let label: String
  let issueID: String
  let issueKey: String
  let baseText: String
  let rawText: String
  let error: String?
  /// The issue's `updated`, in seconds since 1970.
  let updatedSeconds: Double?
  /// The token in the issue's property, nil where it was not looked at.
  let writeToken: Int64?
  /// When fields changed sides, as JSON.
  let sideChangesText: String?
  /// Whether JIRA refuses every change of the issue.
  var isRefused = false

  init(
    item: WorkItem, issueID: String, issueKey: String, base: Base, error: String?, updated: Int64?,
    writeToken: Int64?, sideChanges: SideChanges = SideChanges()
  ) throws {
    rowKey = item.rowKey
    label = item.label
    self.issueID = issueID
    self.issueKey = issueKey
    baseText = try base.text()
    rawText = JSON.object(base.columns).text
    self.error = error
    self.writeToken = writeToken
    sideChangesText = sideChanges.json?.text
    updatedSeconds = updated.map { Double($0) / 1000 }
  }
}
