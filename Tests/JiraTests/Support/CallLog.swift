import Jira
import Synchronization

/// The calls that a client announced, in order.
final class CallLog: Sendable {
  private let calls = Mutex<[JiraCall]>([])

  var all: [JiraCall] { calls.withLock { $0 } }

  func append(_ call: JiraCall) { calls.withLock { $0.append(call) } }
}
