import Jira
import Mapping

/// Two values of one field of which only one can stay.
public struct FieldConflict: Sendable, Hashable {
  /// A side of a field.
  public enum Side: String, Sendable, Hashable, Codable {
    case row
    case issue
  }

  /// How the two values came about.
  public enum Reason: String, Sendable, Hashable, Codable {
    /// Both sides changed since they agreed.
    case bothChanged = "both_changed"
    /// Row and issue meet for the first time and differ.
    case firstMeeting = "first_meeting"
    /// The side changed that only follows.
    case followerChanged = "follower_changed"
    /// The issue's text has formatting that cannot be written back.
    case formatting
    /// The row's value is longer than JIRA holds, so JIRA's is no full replacement.
    case cut
  }

  /// The field's name in the mapping.
  public var field: String
  /// The columns that it is made from.
  public var columns: [String]
  /// The field's id in JIRA.
  public var fieldID: String
  /// What both sides agreed on, nil where they never did.
  public var base: FieldValue?
  /// The row's value.
  public var row: FieldValue
  /// The issue's value.
  public var issue: FieldValue
  /// Whose value is written to both; nil where a person must decide.
  public var winner: Side?
  /// The policy of the field.
  public var policy: ConflictPolicy
  /// How the two values came about.
  public var reason: Reason
}
