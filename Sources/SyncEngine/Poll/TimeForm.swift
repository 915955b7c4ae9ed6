/// How a time is written in a search.
enum TimeForm: Sendable, Hashable {
  /// As milliseconds since 1970, which mean the same to everybody.
  case absolute
  /// To the minute, in the zone of the account's profile; nil where JIRA does not tell which one that is.
  case minutes(zone: String?)
}
