/// Where a page of a search begins.
public enum SearchCursor: Sendable, Hashable {
  /// At the beginning.
  case first
  /// Where a token says (Cloud).
  case token(String)
  /// After so many issues (Data Center).
  case startAt(Int)
}
