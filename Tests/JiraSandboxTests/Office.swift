import Foundation
import JSON
import Synchronization

@testable import JiraSandbox

/// A sandbox without a server, a clock that stands still until it is moved, and somebody who asks.
struct Office {
  let sandbox: Sandbox
  let clock: Clock
  var api = "/rest/api/3"
  var authorization: String? = "Bearer sandbox"

  /// Milliseconds since 1970, moved by tests.
  final class Clock: Sendable {
    private let time: Mutex<Int64>

    init(_ start: Int64) { time = Mutex(start) }
    var now: Int64 { time.withLock { $0 } }
    func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds } }
  }

  /// 2026-07-01T12:00:00.123Z.
  static let start: Int64 = 1_782_907_200_123

  init(_ change: (inout SandboxOptions) -> Void = { _ in }) throws {
    let clock = Clock(Office.start)
    var options = SandboxOptions()
    options.now = { clock.now }
    change(&options)
    self.sandbox = try Sandbox(options)
    self.clock = clock
  }

  /// The same sandbox, asked through version 2.
  var version2: Office {
    var copy = self
    copy.api = "/rest/api/2"
    return copy
  }

  /// The same sandbox, asked by somebody else; nil for nobody.
  func by(_ authorization: String?) -> Office {
    var copy = self
    copy.authorization = authorization
    return copy
  }

  @discardableResult
  func ask(_ method: String, _ path: String, _ body: JSON? = nil) throws -> (
    status: Int, body: JSON
  ) {
    let reply = sandbox.answer(
      SandboxRequest(
        method, "\(api)/\(path)",
        headers: authorization.map { ["Authorization": $0] } ?? [:],
        body: body?.data ?? Data()))
    return (reply.status, reply.body.isEmpty ? .null : try JSON(parsing: reply.body))
  }

  /// Asks under `/sandbox/admin`.
  @discardableResult
  func administer(_ method: String, _ path: String, _ body: JSON = [:]) throws -> JSON {
    let reply = sandbox.administer(
      SandboxRequest(method, "\(Sandbox.adminPrefix)/\(path)", body: body.data))
    let answer = reply.body.isEmpty ? .null : try JSON(parsing: reply.body)
    guard reply.status < 300 else { throw Refused(body: answer) }
    return answer
  }

  /// Creates a task; gives its key.
  func create(_ fields: JSON = [:]) throws -> String {
    let (status, body) = try ask("POST", "issue", ["fields": task(fields)])
    guard status == 201, let key = body["key"]?.string else { throw Refused(body: body) }
    return key
  }

  /// The fields of a task, with more of them.
  func task(_ more: JSON = [:]) -> JSON {
    var fields: [String: JSON] = [
      "project": ["key": "SCRSKY"], "issuetype": ["name": "Task"], "summary": "A task",
    ]
    fields.merge(more.object ?? [:]) { _, new in new }
    return .object(fields)
  }

  /// The field of an issue, as it is now.
  func field(_ id: String, of key: String) throws -> JSON? {
    try ask("GET", "issue/\(key)").body["fields"]?[id]
  }

  func search(_ jql: String, _ more: JSON = [:]) throws -> (status: Int, body: JSON) {
    var body: [String: JSON] = ["jql": .string(jql), "fields": ["key"]]
    body.merge(more.object ?? [:]) { _, new in new }
    return try ask("POST", "search/jql", .object(body))
  }

  /// The keys that a query finds, in its order.
  func keys(_ jql: String, _ more: JSON = [:]) throws -> [String] {
    let (status, body) = try search(jql, more)
    guard status == 200 else { throw Refused(body: body) }
    return body["issues"]?.array?.compactMap { $0["key"]?.string } ?? []
  }

  /// A document of one paragraph.
  static func document(_ text: String) -> JSON {
    [
      "type": "doc", "version": 1,
      "content": [
        ["type": "paragraph", "content": [["type": "text", "text": .string(text)]]]
      ],
    ]
  }

  struct Refused: Error { let body: JSON }
}
