import JSON

/// What is to be done so that row and issue agree.
///
/// After all of it was done and `newBase` was kept, the plan for the two sides is empty.
public struct Plan: Sendable, Hashable {
  /// What to write to the issue, in one edit.
  public var issueWrites: [FieldWrite] = []
  /// What to write to the row, in one update.
  public var rowWrites: [ColumnWrite] = []
  /// What the row must still hold for `rowWrites` to be right: all columns of the fields that are written, not only those
  /// that change, since one value may be made from several.
  public var rowGuard: [String: JSON] = [:]
  /// The status that the issue is to reach, nil where it stays.
  public var transition: StatusChange?
  /// The values of which only one can stay, and those that wait for a person.
  public var conflicts: [FieldConflict] = []
  /// The fields that cannot be kept in sync, and why.
  public var problems: [FieldProblem] = []
  /// The base to keep, with the conflicts, before anything is written to the issue.
  ///
  /// It notes what is about to be sent, so that our own write is never taken for a person's edit, whenever the worker dies.
  /// For an issue being made, it is to be kept with the intent.
  public var notedBase: Base
  /// The base once everything above was done.
  public var newBase: Base
  /// Fields whose value an issue being made does not get yet; the next plan writes them.
  public var deferred: [String] = []
  /// The conflicts that a person decided and that this settles, by the field's name.
  public var decided: [String: Int64] = [:]
  /// Whether the plan would say more if it were told who resolved the issue.
  public var needsResolver = false

  /// What is done to the issue of a row that was deleted.
  package var deletion: DeletionAction?
  /// The fields that were left out, because their side may not be written.
  package var leftOut: Set<String> = []
  /// Whether a write to the row was left out.
  package var leavesOutRow = false
  /// Whether a write to the issue was left out.
  package var leavesOutIssue = false

  /// The id of the issue's resolution, where the configuration does not say what it means: its history may know its stored name.
  public var unrecognisedResolution: String?

  /// Makes a plan that does nothing.
  ///
  /// - Parameter newBase: the base as it stays.
  public init(newBase: Base) {
    self.newBase = newBase
    notedBase = newBase
  }

  /// Whether nothing is to be written on either side.
  public var isEmpty: Bool { issueWrites.isEmpty && rowWrites.isEmpty && transition == nil }
}
