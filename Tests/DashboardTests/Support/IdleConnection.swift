import Glibc

/// A client that connects, says little, and waits.
struct IdleConnection {
  private let descriptor: Int32

  init(port: UInt16, sending text: String) throws {
    descriptor = try Website.connected(to: port)
    let bytes = Array(text.utf8)
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  func close() { _ = Glibc.close(descriptor) }
}
