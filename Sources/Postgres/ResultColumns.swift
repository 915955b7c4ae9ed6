/// What the rows of one result share.
final class ResultColumns: Sendable {
  let names: [String]
  /// Where a column stands; of two with one name, the first.
  let index: [String: Int]
  /// What the statement was for: errors of reading say it.
  let doing: String

  init(names: [String], doing: String) {
    self.names = names
    self.index = Dictionary(zip(names, names.indices)) { first, _ in first }
    self.doing = doing
  }

  func unreadable(_ message: String) -> PostgresError {
    PostgresError(kind: .decoding, message: message, doing: doing)
  }
}
