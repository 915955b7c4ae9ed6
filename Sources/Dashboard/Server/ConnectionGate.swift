import Locks
import NIOCore

/// Lets only so many clients in at a time.
final class ConnectionGate: Sendable {
  /// Too many are here already.
  struct Full: Error {}

  private let limit: Int
  private let count = Lock(0)

  init(limit: Int) { self.limit = limit }

  /// Counts a client in until its connection ends; answers whether there was room.
  func enter(_ channel: any Channel) -> Bool {
    let isIn = count.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    if isIn { channel.closeFuture.whenComplete { _ in self.count.withLock { $0 -= 1 } } }
    return isIn
  }
}
