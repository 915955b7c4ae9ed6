import JSON
import Jira
import JobQueue
import Mapping
import Planning

/// Moves an issue to a status, along a path of transitions.
struct TransitionRunner: RowRunPart {
  let context: RowContext

  private var recorder: Recorder { Recorder(context: context) }

  /// The most steps that a status may be away.
  static let mostSteps = 8

  /// Moves an issue to a status, over as many steps as its workflow needs.
  func move(_ step: inout Reconciliation, to change: StatusChange) async throws {
    guard let start = step.issue.status else {
      // The edit is made, and its answer did not say where the issue stands.
      throw JiraError(
        kind: .unexpectedAnswer, endpoint: "GET /issue/{}",
        messages: ["the status of \(step.issue.key) is not there"])
    }
    var noted = step.log.written.isEmpty ? step.log.notedBase : step.log.newBase
    // The fields may be written by now; the status is where it was.
    noted.fields[change.field] = step.log.notedBase.fields[change.field]
    var path = TransitionPath(target: change.target, start: start)
    path.rules = site.mapping[change.field]?.statusRules ?? StatusRules()
    path.names = site.mapping[change.field]?.names ?? SiteNames()
    path.filled = Set(step.issue.fields.filter { $0.value != .null }.keys)
    var unstored: String?
    while !path.hasArrived {
      let transitions = try await site.client.transitions(of: step.issue.id)
      guard path.steps < Self.mostSteps, let next = path.choose(from: transitions) else {
        throw NoTransitionPath(
          from: path.current.name, target: change.target.preferredName,
          reachable: transitions.map(\.to.name), obstacles: path.obstacles)
      }
      if let category = next.transition.to.category {
        noted.willMove(to: category, field: change.field)
        // Kept, too, where the step fails: the issue then stands here or there, and both are ours.
        step.log.notedBase.fields[change.field] = noted.fields[change.field]
        try await recorder.note(step, base: noted, withConflicts: false)
        guard run.isOpen(step.item.job) else { return }
      }
      let marker = IssueMarker(
        marker: step.item.link?.marker, rowKey: step.item.rowKey, label: step.item.label,
        token: step.item.job.token, writes: step.log.written, status: next.transition.to.category)
      do {
        try await site.client.transition(
          step.issue.id, to: next.transition.id, fields: next.fields,
          properties: [IssueMarker.property: marker.json])
      } catch let error as JiraError where error.kind == .invalid {
        throw try await explained(error, step, from: path.current)
      }
      guard
        let after = try await site.client.issue(
          step.issue.id, fields: site.mapping.issueFieldIDs, properties: [IssueMarker.property]),
        let reached = after.status
      else { return }
      guard reached.id != path.current.id else {
        // JIRA answers "done" and leaves the status alone where a condition behind the transition says so.
        throw NoTransitionPath(
          from: path.current.name, target: change.target.preferredName, reachable: [],
          obstacles: [
            "JIRA took the transition \(next.transition.name) and left the status as it was"
          ])
      }
      unstored =
        SentResolution(
          sent: next.fields["resolution"], held: after.fields["resolution"],
          transition: next.transition
        ).problem
      path.arrived(at: reached)
      if let category = reached.category {
        noted.hasMoved(to: category, field: change.field)
        step.log.notedBase.fields[change.field] = noted.fields[change.field]
      }
      step.log.moved = (start.name, reached.name)
      step.issue = after
      // A site may take the step and drop the property: what it held before then still counts.
      let token = step.item.job.token
      if IssueMarker(after.properties[IssueMarker.property])?.token == token { step.token = token }
      step.log.wasReadAgain = true
    }
    guard let unstored, try await !hasOtherResolver(step) else { return }
    step.noteUnstored(withTransitionOf: change.field, message: unstored)
  }

  /// Whether another user gave the issue its resolution since it was read.
  private func hasOtherResolver(_ step: Reconciliation) async throws -> Bool {
    let history = FieldHistory(
      changes: try await site.client.changes(of: step.issue.id),
      known: Set(step.history.map(\.id)), since: step.readUpdated, account: site.account.id)
    return history.isEdited(id: "resolution", name: "Resolution")
  }

  /// A step that is not there any more because another user moved the issue meanwhile is no refusal: it is planned anew.
  private func explained(
    _ error: JiraError, _ step: Reconciliation, from status: IssueStatus
  ) async throws -> JiraError {
    guard let now = try await site.client.issue(step.issue.id, fields: ["status"])?.status,
      now.id != status.id
    else { return error }
    var conflict = error
    conflict.kind = .conflict
    conflict.messages.insert(
      "another user moved the issue from \(status.name) to \(now.name) at the same time", at: 0)
    return conflict
  }
}
