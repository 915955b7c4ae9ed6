/// A request as it came over the wire.
struct ReceivedRequest: Sendable {
  /// The connection it came on, counted from 0.
  var connection: Int
  /// Such as `GET /path HTTP/1.1`.
  var line: String
  /// Header lines as they came.
  var headers: [String]
  var body: [UInt8]

  var method: String { String(line.prefix { $0 != " " }) }
  var text: String { String(decoding: body, as: UTF8.self) }

  func header(_ name: String) -> String? {
    headers.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
  }
}
