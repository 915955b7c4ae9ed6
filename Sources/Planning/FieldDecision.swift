import Jira
import Mapping

/// What one field needs, decided from values alone: the table of the three-way merge.
enum FieldDecision: Sendable, Hashable {
  /// Nothing is to be done, and the agreement stays.
  case nothing
  /// The two values are the new agreement, though nothing is written.
  case agree
  /// The row's value goes to JIRA.
  case writeIssue
  /// JIRA's value goes to the row.
  case writeRow
  /// Neither is written: a person must decide.
  case wait

  /// The two values of a field and what they were.
  struct Sides: Sendable, Hashable {
    var base: BaseField?
    var row: FieldValue
    var issue: FieldValue
    /// Whether the issue's text has formatting that cannot be written back.
    var isFormatted = false
    /// Whether JIRA holds only a part of the row's value.
    var isCut = false
    /// Whether JIRA did not store what the row said, and the issue holds the same as then: the row's value still has to be written.
    var isOwed = false

    var rowChanged: Bool { isOwed || base?.canonical != row }
    var issueChanged: Bool { !isOwed && base?.issueValue != issue }
  }

  /// A decision, and the conflict that it settles or leaves.
  struct Outcome: Sendable, Hashable {
    var decision: FieldDecision
    var reason: FieldConflict.Reason?

    /// Who wins the conflict, nil where a person must decide.
    var winner: FieldConflict.Side? {
      switch decision {
      case .writeIssue: .row
      case .writeRow: .issue
      case .nothing, .agree, .wait: nil
      }
    }
  }

  /// Decides one field.
  ///
  /// - Parameters:
  ///   - sides: the two values and what they were.
  ///   - direction: which side may be written.
  ///   - policy: who wins where both sides changed.
  ///   - resolution: what a person decided for the conflict.
  /// - Returns: what to do, and the conflict that it settles or leaves.
  static func decide(
    _ sides: Sides, direction: SyncDirection, policy: ConflictPolicy,
    resolution: FieldConflict.Side? = nil
  ) -> Outcome {
    if let state = StatusPair(sides), let outcome = state.outcome(sides) { return outcome }
    if sides.row == sides.issue { return Outcome(decision: .agree) }
    guard sides.base != nil else {
      return guarded(
        firstMeeting(sides, direction, policy, resolution), sides, direction, resolution)
    }
    switch (sides.rowChanged, sides.issueChanged) {
    case (false, false): return Outcome(decision: .nothing)
    case (true, false):
      let outcome =
        direction.pushes
        ? Outcome(decision: .writeIssue)
        : Outcome(decision: .writeRow, reason: .followerChanged)
      return guarded(outcome, sides, direction, resolution)
    case (false, true):
      let outcome =
        direction.pulls
        ? Outcome(decision: .writeRow)
        : Outcome(decision: .writeIssue, reason: .followerChanged)
      return guarded(outcome, sides, direction, resolution)
    case (true, true):
      return guarded(
        settled(direction, policy, resolution, reason: .bothChanged), sides, direction, resolution)
    }
  }

  /// Row and issue never agreed: an empty side takes the other's value where it may, and never erases it.
  private static func firstMeeting(
    _ sides: Sides, _ direction: SyncDirection, _ policy: ConflictPolicy,
    _ resolution: FieldConflict.Side?
  ) -> Outcome {
    if sides.row == .empty { return Outcome(decision: direction.pulls ? .writeRow : .agree) }
    if sides.issue == .empty { return Outcome(decision: direction.pushes ? .writeIssue : .agree) }
    return settled(direction, policy, resolution, reason: .firstMeeting)
  }

  private static func settled(
    _ direction: SyncDirection, _ policy: ConflictPolicy, _ resolution: FieldConflict.Side?,
    reason: FieldConflict.Reason
  ) -> Outcome {
    switch direction {
    case .push: return Outcome(decision: .writeIssue, reason: reason)
    case .pull: return Outcome(decision: .writeRow, reason: reason)
    case .both: break
    }
    switch (resolution, policy) {
    case (.row, _), (nil, .rowWins): return Outcome(decision: .writeIssue, reason: reason)
    case (.issue, _), (nil, .jiraWins): return Outcome(decision: .writeRow, reason: reason)
    case (nil, .manual): return Outcome(decision: .wait, reason: reason)
    }
  }

  /// What cannot be written back is never overwritten, unless a person said so.
  private static func guarded(
    _ outcome: Outcome, _ sides: Sides, _ direction: SyncDirection,
    _ resolution: FieldConflict.Side?
  ) -> Outcome {
    switch (outcome.decision, resolution) {
    case (.writeIssue, nil) where sides.isFormatted:
      Outcome(decision: .wait, reason: .formatting)
    case (.writeIssue, .issue) where sides.isFormatted:
      // JIRA keeps what it has; where the row only leads, the two are agreed to differ.
      Outcome(decision: direction.pulls ? .writeRow : .agree, reason: .formatting)
    case (.writeRow, nil) where sides.isCut:
      Outcome(decision: .wait, reason: .cut)
    case (.writeRow, .row) where sides.isCut:
      Outcome(decision: direction.pushes ? .writeIssue : .agree, reason: .cut)
    default: outcome
    }
  }
}

/// The two states of the composite, which may agree without being equal.
private struct StatusPair {
  let row: StatusState
  let issue: StatusState

  init?(_ sides: FieldDecision.Sides) {
    guard let row = StatusState(sides.row), let issue = StatusState(sides.issue) else { return nil }
    self.row = row
    self.issue = issue
  }

  /// What is special about the composite; nil where the table decides.
  func outcome(_ sides: FieldDecision.Sides) -> FieldDecision.Outcome? {
    let together = sides.base == nil || (sides.rowChanged && sides.issueChanged)
    if together { return row.isCompatible(with: issue) ? .init(decision: .agree) : nil }
    // The row alone changed, and asks for nothing that the issue has not.
    if sides.rowChanged, row.isSatisfied(by: issue) { return .init(decision: .agree) }
    return nil
  }
}
