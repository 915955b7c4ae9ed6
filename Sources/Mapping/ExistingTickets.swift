/// What to do for a row without an issue of ours whose `jira_tickets` already names some.
public enum ExistingTickets: String, Sendable, Hashable, Codable, CaseIterable {
  /// Make a new issue and append its key.
  case create
  /// Take the first ticket that exists and belongs to no other row.
  case adopt
  /// Leave the row alone.
  case skip
}
