import Glibc
import Locks

@testable import HTTP

/// A server on a free loopback port; each connection runs a script on a thread of its own, and is closed at its end.
final class ScriptedServer: Sendable {
  typealias Script = @Sendable (ScriptedConnection) throws -> Void

  private struct State: Sendable {
    /// Nil once it is closed, so that nobody touches a descriptor that has become another's.
    var listener: Int32?
    var requests: [ReceivedRequest] = []
    var open: Set<Int32> = []
    var accepted = 0
    var sentinelPort: UInt16?
  }

  /// What the threads share, so that they do not keep the server alive.
  private final class Shared: Sendable {
    let state = Lock(State())
    let drained = Signal()
    let script: Script
    init(script: @escaping Script) { self.script = script }
  }

  let port: UInt16
  private let shared: Shared

  /// Starts to listen.
  ///
  /// - Parameter script: what each connection does; an error it throws ends the connection.
  /// - Throws: `Loopback.SystemError` where the system has no port or no thread.
  init(_ script: @escaping Script) throws {
    let (listener, port) = try Loopback.listen(backlog: 128)
    self.port = port
    let shared = Shared(script: script)
    self.shared = shared
    shared.state.withLock { $0.listener = listener }
    try Loopback.startThread { Self.accept(on: listener, shared) }
  }

  deinit {
    // What is still open belongs to scripts that wait: their reads end now.
    shared.state.withLock { state in
      for socket in state.open.union(state.listener.map { [$0] } ?? []) {
        shutdown(socket, Int32(SHUT_RDWR))
      }
    }
  }

  var url: String { "http://127.0.0.1:\(port)/" }

  /// What has been read, in order.
  var requests: [ReceivedRequest] { shared.state.withLock { $0.requests } }

  /// Returns when all connections made before this call have been accepted and their scripts have ended; nothing is
  /// accepted afterwards.
  func drain() async throws {
    let socket = try Loopback.connect(to: port) { own in
      shared.state.withLock { $0.sentinelPort = own }
    }
    defer { close(socket) }
    await shared.drained.wait()
  }

  private static func accept(on listener: Int32, _ shared: Shared) {
    defer {
      shared.state.withLock { state in
        state.listener = nil
        close(listener)
      }
    }
    while true {
      var peer = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let socket = withUnsafeMutablePointer(to: &peer) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.accept(listener, $0, &length)
        }
      }
      guard socket >= 0 else { return }
      let peerPort = UInt16(bigEndian: peer.sin_port)
      let number: Int? = shared.state.withLock { state in
        if state.sentinelPort == peerPort { return nil }
        state.open.insert(socket)
        state.accepted += 1
        return state.accepted - 1
      }
      guard let number else {
        close(socket)
        return finish(shared)
      }
      do {
        try Loopback.startThread { serve(socket, number, shared) }
      } catch {
        close(socket)
      }
    }
  }

  private static func serve(_ socket: Int32, _ number: Int, _ shared: Shared) {
    let connection = ScriptedConnection(number: number, socket: socket) { request in
      shared.state.withLock { $0.requests.append(request) }
    }
    // A client that goes away is what many tests are about: it ends the script, no more.
    do { try shared.script(connection) } catch {}
    shared.state.withLock { _ = $0.open.remove(socket) }
    close(socket)
    if shared.state.withLock({ $0.open.isEmpty && $0.sentinelPort == 0 }) { shared.drained.fire() }
  }

  /// The sentinel was accepted: whatever was connected before it is known by now.
  private static func finish(_ shared: Shared) {
    let isIdle = shared.state.withLock { state in
      state.sentinelPort = 0
      return state.open.isEmpty
    }
    if isIdle { shared.drained.fire() }
  }
}
