/// Which side of a mapped field may be written.
public enum SyncDirection: String, Sendable, Hashable, Codable, CaseIterable {
  /// JIRA follows the row.
  case push
  /// The row follows JIRA.
  case pull
  /// Either follows the other.
  case both

  /// Whether a change of the row may reach JIRA.
  public var pushes: Bool { self != .pull }

  /// Whether a change of the issue may reach the row.
  public var pulls: Bool { self != .push }
}
