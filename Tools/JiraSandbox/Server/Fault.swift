import Foundation
import JSON

/// A rule that makes requests go wrong.
struct Fault: Sendable {
  enum Action: Sendable {
    /// The answer comes so many milliseconds late.
    case latency(Int)
    /// This is answered instead; nothing is done.
    case reply(SandboxReply)
    /// The same, for an answer that names a time.
    case late(@Sendable (_ now: Int64) -> SandboxReply)
    /// The connection closes before anything is done.
    case resetBefore
    /// All is done, then the connection closes without an answer.
    case resetAfterCommit
    case hang
    case truncate
  }

  /// The verb it applies to; nil for all.
  var method: String?
  /// How the path starts.
  var pathPrefix: String
  /// How many requests it lets pass first.
  var skip = 0
  /// How often it applies; nil for always.
  var times: Int?
  var action: Action

  /// Reads a rule such as `{"match":{"method":"POST","pathPrefix":"/rest/api/3/issue"},"times":1,"action":{"status":503}}`.
  ///
  /// - Throws: `Refusal` with status 400 where it is none.
  init(_ json: JSON) throws(Refusal) {
    method = json["match"]?["method"]?.string
    pathPrefix = json["match"]?["pathPrefix"]?.string ?? "/"
    skip = json["skip"]?.integer ?? 0
    times = json["times"]?.integer
    let action = json["action"] ?? .null
    switch action.string {
    case "reset-before": self.action = .resetBefore
    case "reset-after-commit": self.action = .resetAfterCommit
    case "hang": self.action = .hang
    case "truncate": self.action = .truncate
    case let name? where Fault.named[name] != nil:
      self.action = Fault.named[name] ?? .hang
    default:
      if let latency = action["latency"]?.integer {
        self.action = .latency(latency)
      } else if let status = action["status"]?.integer {
        var reply = SandboxReply(status: status)
        for (name, value) in action["headers"]?.object ?? [:] {
          reply.headers.append((name, value.string ?? value.text))
        }
        if let body = action["body"] { reply.body = body.string.map { Data($0.utf8) } ?? body.data }
        self.action = .reply(reply)
      } else {
        throw .badRequest(
          "A fault needs an action: {\"latency\": ms}, {\"status\": n, \"headers\": {}, \"body\": …}, or one of reset-before, reset-after-commit, hang, truncate, \(Fault.named.keys.sorted().joined(separator: ", "))."
        )
      }
    }
  }

  /// Whether a request is one that it is about.
  func applies(to method: String, _ path: String) -> Bool {
    (self.method ?? method) == method && path.hasPrefix(pathPrefix)
  }
}
