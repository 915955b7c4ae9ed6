import CLibPQ

/// The right to ask the server to stop what a connection is running.
// Unchecked: a PGcancel does not change, and the libpq manual (section 34.7) allows PQcancel from any thread.
final class CancelRequest: @unchecked Sendable {
  private let handle: OpaquePointer

  /// Copies from the connection what the request needs; nil where there is no memory for it.
  init?(of connection: OpaquePointer) {
    guard let handle = PQgetCancel(connection) else { return nil }
    self.handle = handle
  }

  deinit { PQfreeCancel(handle) }

  /// Sends the request over a connection of its own and waits until the server has taken it; blocks.
  ///
  /// - Returns: false where the request did not reach the server.
  func send() -> Bool {
    var message = [CChar](repeating: 0, count: 256)
    return PQcancel(handle, &message, Int32(message.count)) == 1
  }
}
