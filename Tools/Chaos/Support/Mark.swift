import Locks

/// Says once that something has happened.
final class Mark: Sendable {
  private let raised = Lock(false)

  var isRaised: Bool { raised.withLock { $0 } }
  func raise() { raised.withLock { $0 = true } }
}
