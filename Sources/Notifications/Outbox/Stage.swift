/// What a message says of a cause.
enum Stage: String, Sendable, Hashable {
  /// It began.
  case first
  /// More of the same since it was last told.
  case again
  /// It has gone.
  case resolved
  /// Something good to know, which has no end.
  case news
}
