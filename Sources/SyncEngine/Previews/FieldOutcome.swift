import JSON

/// What a sync would do with one field of one row.
public struct FieldOutcome: Sendable, Hashable {
  /// What happens to the field.
  public enum Kind: String, Sendable, Hashable {
    /// Both sides are as they were agreed to be.
    case nothing
    /// Both sides say the same now; only the agreement moves.
    case agree
    case writeJira = "write_jira"
    case writeRow = "write_row"
    /// Both sides changed, or may not be written: a person has to decide.
    case conflict
    /// The value cannot be kept in sync.
    case problem
    /// It would be written, but not by a sync of this direction.
    case otherDirection = "other_direction"
    /// An issue being made does not get it yet; the sync after it does.
    case later
  }

  /// The field's name in the mapping.
  public var field: String
  /// The columns that it is made from.
  public var columns: [String]
  /// The JIRA field's name.
  public var jiraField: String
  /// What both sides last agreed on; null where they never did.
  public var base: JSON
  /// The row's value in canonical form.
  public var row: JSON
  /// The issue's value in canonical form; null where there is no issue yet.
  public var issue: JSON
  /// What happens.
  public var kind: Kind
  /// Why, where that is not plain: who wins a conflict and how it came about, or what is wrong.
  public var reason: String?

  /// Whether a sync has something to do with the field.
  public var isChange: Bool { kind != .nothing && kind != .agree }

  /// As programs read it.
  public var json: JSON {
    [
      "field": .string(field), "columns": .array(columns.map(JSON.string)),
      "jira_field": .string(jiraField), "base": base, "row": row, "issue": issue,
      "outcome": .string(kind.rawValue), "reason": reason.map(JSON.string) ?? .null,
    ]
  }
}
