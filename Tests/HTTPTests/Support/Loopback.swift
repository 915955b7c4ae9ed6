import Glibc

/// Sockets and threads for servers in tests.
enum Loopback {
  /// A system call failed.
  struct SystemError: Error {
    var call: String
    var number = errno
  }

  /// Listens on a free port of 127.0.0.1.
  static func listen(backlog: Int32) throws -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError(call: "socket") }
    var address = address(port: 0)
    try check("bind") { withAddress(&address) { bind(descriptor, $0, $1) } }
    try check("listen") { Glibc.listen(descriptor, backlog) }
    return (descriptor, try port(of: descriptor))
  }

  /// Connects to a port of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - port: the port.
  ///   - announce: told of the connection's own port before it connects.
  /// - Returns: the socket, to be closed by the caller.
  /// - Throws: `SystemError`.
  static func connect(
    to port: UInt16, announce: (UInt16) -> Void
  ) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError(call: "socket") }
    var own = address(port: 0)
    try check("bind") { withAddress(&own) { bind(descriptor, $0, $1) } }
    announce(try self.port(of: descriptor))
    var target = address(port: port)
    try check("connect") { withAddress(&target) { Glibc.connect(descriptor, $0, $1) } }
    return descriptor
  }

  /// A port that nobody listens on: bound, but not listening, as long as the socket is open.
  static func closedPort() throws -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError(call: "socket") }
    var address = address(port: 0)
    try check("bind") { withAddress(&address) { bind(descriptor, $0, $1) } }
    return (descriptor, try port(of: descriptor))
  }

  /// A port whose listener has a full queue, so that a connection to it is never answered.
  static func deafPort() throws -> (sockets: [Int32], port: UInt16) {
    let (listener, port) = try listen(backlog: 0)
    var sockets = [listener]
    for _ in 0..<8 {
      let descriptor = socket(
        AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
      guard descriptor >= 0 else { throw SystemError(call: "socket") }
      sockets.append(descriptor)
      var target = address(port: port)
      let result = withAddress(&target) { Glibc.connect(descriptor, $0, $1) }
      guard result == 0 || errno == EINPROGRESS else { throw SystemError(call: "connect") }
    }
    return (sockets, port)
  }

  /// Runs `body` on a new thread that nobody waits for.
  static func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    guard failure == 0 else {
      box.release()
      throw SystemError(call: "pthread_create", number: failure)
    }
    pthread_detach(thread)
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func port(of descriptor: Int32) throws -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else { throw SystemError(call: "getsockname") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func withAddress(
    _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func check(_ call: String, _ body: () -> Int32) throws {
    guard body() == 0 else { throw SystemError(call: call) }
  }
}
