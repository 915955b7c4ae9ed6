import Foundation
import Glibc

/// A server as a client sees it that says exactly what it means to say.
struct Website: Sendable {
  /// What a server answered, up to the end of the connection.
  struct Answer: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: String
  }

  /// The server did not say anything that is an answer.
  struct NoAnswer: Error, CustomStringConvertible {
    let description: String
  }

  let host: String
  let port: UInt16

  init(host: String = "127.0.0.1", port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Asks for a path.
  func ask(
    _ method: String = "GET", _ path: String, host name: String? = nil
  ) async throws -> Answer {
    try await send("\(method) \(path) HTTP/1.1\r\nHost: \(name ?? "\(host):\(port)")\r\n\r\n")
  }

  /// Sends bytes and reads until the server hangs up.
  ///
  /// - Parameters:
  ///   - text: what is sent.
  ///   - trickle: where given, one byte at a time, with so much between them, until the server hangs up.
  /// - Returns: the answer.
  /// - Throws: where there is none.
  func send(_ text: String, trickle: Duration? = nil) async throws -> Answer {
    let port = port
    let bytes: [UInt8] = try await withCheckedThrowingContinuation { continuation in
      // Blocking, so not on Swift's own threads.
      Thread.detachNewThread {
        continuation.resume(with: Result { try Self.exchange(text, trickle, port: port) })
      }
    }
    return try Self.parse(String(decoding: bytes, as: UTF8.self))
  }

  /// A socket that is connected to a port of this machine; whoever asked closes it.
  static func connected(to port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      throw NoAnswer(description: "nobody listens on port \(port)")
    }
    return descriptor
  }

  private static func exchange(
    _ text: String, _ trickle: Duration?, port: UInt16
  ) throws -> [UInt8] {
    let descriptor = try connected(to: port)
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var request = Array(text.utf8)
    if let trickle {
      let pause = UInt32(trickle / .microseconds(1))
      for byte in request {
        guard Glibc.send(descriptor, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { break }
        // A slow sender is what the test is about.
        usleep(pause)
      }
    } else {
      while !request.isEmpty {
        let sent = Glibc.send(
          descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        guard sent > 0 else { break }
        request.removeFirst(sent)
      }
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return answer }
      answer += buffer[..<count]
    }
  }

  private static func parse(_ text: String) throws -> Answer {
    guard let end = text.range(of: "\r\n\r\n") else {
      throw NoAnswer(description: text.isEmpty ? "the server hung up" : "not HTTP: \(text)")
    }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
    guard let status else { throw NoAnswer(description: "not HTTP: \(lines[0])") }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return Answer(status: status, headers: headers, body: String(text[end.upperBound...]))
  }
}
