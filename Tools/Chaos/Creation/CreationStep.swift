/// Where in a creation something breaks.
enum CreationStep: String, CaseIterable, Sendable {
  /// Killed while the transaction that notes the intent waits for its commit.
  case beforeIntent
  /// Killed after the intent was committed, before the POST leaves.
  case afterIntent
  /// Killed some milliseconds after the POST left.
  case afterPostLeft
  /// Killed when the answer has come, before anything of it is written.
  case afterAnswer
  /// Killed while the transaction that stores the links waits for its commit.
  case beforeOurs
  /// Killed at any time.
  case anyTime
  /// The connection breaks, or JIRA answers badly, and nobody is killed.
  case cut

  /// Whether the worker kills itself there, rather than being killed from outside.
  var isSuicide: Bool {
    switch self {
    case .afterIntent, .afterPostLeft, .afterAnswer: true
    case .beforeIntent, .beforeOurs, .anyTime, .cut: false
    }
  }
}
