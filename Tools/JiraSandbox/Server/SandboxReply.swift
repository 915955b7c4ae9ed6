import Foundation
import JSON

/// An answer of the sandbox, free of any server.
public struct SandboxReply: Sendable {
  /// The status code.
  public var status: Int
  /// The headers, in order.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: Data

  /// Describes an answer.
  public init(
    status: Int, headers: [(name: String, value: String)] = [], body: Data = Data()
  ) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  static func json(_ value: JSON, status: Int = 200) -> SandboxReply {
    SandboxReply(
      status: status, headers: [("Content-Type", "application/json;charset=UTF-8")],
      body: JSONWriter.data(value))
  }

  static func html(_ text: String, status: Int = 200) -> SandboxReply {
    SandboxReply(
      status: status, headers: [("Content-Type", "text/html;charset=UTF-8")],
      body: Data(text.utf8))
  }

  static let noContent = SandboxReply(status: 204)

  /// The answer that says no.
  static func refusal(_ refusal: Refusal) -> SandboxReply {
    var reply = json(refusal.body, status: refusal.status)
    reply.headers += refusal.headers
    return reply
  }
}
