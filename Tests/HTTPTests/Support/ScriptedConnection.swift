import Glibc

/// One connection of a `ScriptedServer`; its calls block, on the connection's own thread.
final class ScriptedConnection {
  /// The client has gone.
  struct Ended: Error {}

  /// Counted from 0, in the order of their acceptance.
  let number: Int
  private let socket: Int32
  private let record: (ReceivedRequest) -> Void
  private var unread: [UInt8] = []

  init(number: Int, socket: Int32, record: @escaping (ReceivedRequest) -> Void) {
    self.number = number
    self.socket = socket
    self.record = record
  }

  /// Reads one request, body included.
  @discardableResult func readRequest() throws -> ReceivedRequest {
    let end = Array("\r\n\r\n".utf8)
    var headEnd: Int?
    while headEnd == nil {
      headEnd = unread.indices.first { unread[$0...].starts(with: end) }
      if headEnd == nil { unread += try readSome() }
    }
    let head = unread[..<(headEnd ?? 0)]
    var lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
    let line = lines.isEmpty ? "" : lines.removeFirst()
    var request = ReceivedRequest(connection: number, line: line, headers: lines, body: [])
    unread.removeFirst(head.count + end.count)
    let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
    while unread.count < length { unread += try readSome() }
    request.body = Array(unread.prefix(length))
    unread.removeFirst(length)
    record(request)
    return request
  }

  /// Reads what has come, at least one byte.
  func readSome() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    let count = recv(socket, &buffer, buffer.count, 0)
    guard count > 0 else { throw Ended() }
    return Array(buffer.prefix(count))
  }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Ended() }
      rest = rest.dropFirst(count)
    }
  }

  /// Answers with a body of known length; the connection can be used again.
  func answer(_ status: String = "200 OK", headers: [String] = [], body: String = "") throws {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    try write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Returns when the client has closed or broken the connection.
  func waitForClose() {
    while (try? readSome()) != nil {}
  }

  /// Returns when the client's system has acknowledged all that was written, so that a reset cannot overtake it.
  func waitUntilRead() {
    // https://man7.org/linux/man-pages/man2/ioctl_tty.2.html : TIOCOUTQ is SIOCOUTQ for a socket.
    var left: Int32 = 1
    while ioctl(socket, UInt(TIOCOUTQ), &left) == 0, left > 0 { sched_yield() }
  }

  /// Writes again and again, some milliseconds apart, until the client has gone.
  func drip(_ text: String, every milliseconds: Int32) {
    while (try? write(text)) != nil {
      var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, milliseconds)
      if entry.revents != 0 { return }
    }
  }

  /// Makes the coming close a reset: what was not sent is thrown away and the client sees ECONNRESET.
  func makeCloseAReset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
