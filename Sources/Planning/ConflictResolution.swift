import JSON

/// What a person decided of a conflict that waited.
///
/// It holds for the values that the person saw: a later value of a side is a new edit, which was not decided.
public struct ConflictResolution: Sendable, Hashable {
  /// Which value both sides shall have.
  public enum Choice: Sendable, Hashable {
    /// The row's.
    case row
    /// The issue's.
    case issue
    /// This, as the column holds it; an object by column where there are several.
    case value(JSON)
  }

  /// The conflict's id.
  public var conflict: Int64
  /// Which value both sides shall have.
  public var choice: Choice
  /// The row's value that the person saw.
  public var row: JSON
  /// The issue's value that the person saw.
  public var issue: JSON

  /// Describes a decision.
  public init(conflict: Int64, choice: Choice, row: JSON, issue: JSON) {
    self.conflict = conflict
    self.choice = choice
    self.row = row
    self.issue = issue
  }

  /// Whether what would be overwritten is still what the person saw.
  func holds(_ sides: FieldDecision.Sides) -> Bool {
    let rowIsKnown = sides.row.plainJSON == row
    let issueIsKnown = sides.issue.plainJSON == issue
    return switch choice {
    case .row: issueIsKnown
    case .issue: rowIsKnown
    case .value: rowIsKnown && issueIsKnown
    }
  }

  /// The side that wins, nil where neither does.
  var side: FieldConflict.Side? {
    switch choice {
    case .row: .row
    case .issue: .issue
    case .value: nil
    }
  }
}
