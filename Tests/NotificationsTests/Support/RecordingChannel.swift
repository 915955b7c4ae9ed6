import Locks
import Notifications

/// A channel that keeps what it is sent, and fails when it is told to.
final class RecordingChannel: NotificationChannel {
  let name: String
  let isByIssue: Bool
  let destination = "the test"

  private struct State {
    var taken: [Message] = []
    var failures: [ChannelError] = []
    var attempts = 0
  }
  private let state = Lock(State())

  init(_ name: String = "slack", isByIssue: Bool = false) {
    self.name = name
    self.isByIssue = isByIssue
  }

  /// The messages that it took.
  var taken: [Message] { state.withLock { $0.taken } }
  /// How often it was asked.
  var attempts: Int { state.withLock { $0.attempts } }

  /// Makes the next attempts fail, in this order.
  func fail(with errors: ChannelError...) { state.withLock { $0.failures += errors } }

  func send(_ message: Message) async throws(ChannelError) -> String {
    let failure = state.withLock { state -> ChannelError? in
      state.attempts += 1
      guard state.failures.isEmpty else { return state.failures.removeFirst() }
      state.taken.append(message)
      return nil
    }
    if let failure { throw failure }
    return "ok"
  }
}
