import Glibc

/// A port of this machine that is nobody else's while this lives, and what one finds there.
final class LoopbackPort: Sendable {
  /// What a client meets.
  enum Behavior: Sendable {
    /// Nobody listens.
    case refuses
    /// Connections are accepted by the system, and nothing is ever said.
    case staysSilent
    /// The first client is told this once it has said something, then it is hung up on.
    case answers([UInt8])
  }

  struct Failure: Error { var errno: Int32 }

  let number: UInt16
  private let descriptor: Int32

  init(_ behavior: Behavior) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard descriptor >= 0, bound else { throw Failure(errno: errno) }
    number = UInt16(bigEndian: address.sin_port)
    self.descriptor = descriptor
    switch behavior {
    case .refuses: break
    case .staysSilent: guard listen(descriptor, 8) == 0 else { throw Failure(errno: errno) }
    case .answers(let bytes):
      guard listen(descriptor, 8) == 0 else { throw Failure(errno: errno) }
      Self.answer(bytes, on: descriptor)
    }
  }

  deinit {
    // Wakes the thread that accepts, if it still does.
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// On a thread of its own, since it blocks.
  private static func answer(_ bytes: [UInt8], on descriptor: Int32) {
    final class Task {
      let bytes: [UInt8]
      let descriptor: Int32
      init(bytes: [UInt8], descriptor: Int32) {
        self.bytes = bytes
        self.descriptor = descriptor
      }
    }
    var thread = pthread_t()
    let task = Unmanaged.passRetained(Task(bytes: bytes, descriptor: descriptor))
    pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        let task = Unmanaged<Task>.fromOpaque(pointer).takeRetainedValue()
        let client = accept(task.descriptor, nil, nil)
        guard client >= 0 else { return nil }
        var heard = [UInt8](repeating: 0, count: 1024)
        _ = recv(client, &heard, heard.count, 0)
        _ = send(client, task.bytes, task.bytes.count, Int32(MSG_NOSIGNAL))
        close(client)
        return nil
      }, task.toOpaque())
    pthread_detach(thread)
  }
}
