import HTTP
import JSON

/// The sandbox's log of requests, read from outside.
struct SandboxLog: Sendable {
  let baseURL: String
  let transport: CurlClient

  /// A request as the sandbox saw it begin.
  struct Request: Sendable {
    var number: Int
    /// Seconds since 1970.
    var time: Double
    var method = ""
    var path = ""
    /// 0 where no answer was sent yet.
    var status = 0

    var makesIssues: Bool {
      method == "POST" && (path.hasSuffix("/issue") || path.hasSuffix("/issue/bulk"))
    }

    /// Whether it changes something: a POST that only asks does not.
    var isWrite: Bool {
      guard method != "GET" else { return false }
      return !["/search", "/search/jql", "/search/approximate-count", "/issue/bulkfetch"]
        .contains(where: path.hasSuffix)
    }
  }

  /// The requests behind a number, oldest first.
  func requests(since number: Int) async throws -> [Request] {
    let response = try await transport.send(
      HTTPRequest(method: "GET", url: "\(baseURL)/sandbox/admin/requests?since=\(number)"))
    guard response.status == 200 else {
      throw BenchError("the sandbox answered \(response.status) to the question for its log")
    }
    let entries = try JSON(parsing: response.body)["requests"]?.array ?? []
    return try entries.map { entry in
      guard let number = entry["n"]?.integer, let time = entry["microseconds"]?.integer else {
        throw BenchError("the sandbox's log has an entry without number or time")
      }
      return Request(
        number: number, time: Double(time) / 1e6, method: entry["method"]?.string ?? "",
        path: entry["path"]?.string ?? "", status: entry["status"]?.integer ?? 0)
    }
  }
}
