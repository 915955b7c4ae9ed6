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
    /// Whether it changes something.
    var isWrite: Bool
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
      let path = entry["path"]?.string ?? ""
      let asks = ["/search/jql", "/search", "/issue/bulkfetch"].contains { path.hasSuffix($0) }
      return Request(
        number: number, time: Double(time) / 1e6,
        isWrite: !asks && entry["method"]?.string != "GET")
    }
  }
}
