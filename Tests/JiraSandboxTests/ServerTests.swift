import Foundation
import FoundationNetworking
import JSON
import Testing

@testable import JiraSandbox

@Suite("On the wire")
struct ServerTests {
  private func withServer(
    _ change: (inout SandboxOptions) -> Void = { _ in },
    _ body: (SandboxServer, URLSession) async throws -> Void
  ) async throws {
    var options = SandboxOptions()
    options.hasAdmin = true
    change(&options)
    let server = try await SandboxServer.start(options)
    let session = URLSession(configuration: .ephemeral)
    do { try await body(server, session) } catch {
      try await server.stop()
      throw error
    }
    session.invalidateAndCancel()
    try await server.stop()
  }

  private func request(
    _ server: SandboxServer, _ method: String, _ path: String, _ body: JSON? = nil
  ) throws -> URLRequest {
    var request = URLRequest(url: try #require(URL(string: server.baseURL + path)))
    request.httpMethod = method
    request.httpBody = body?.data
    request.setValue("Bearer sandbox", forHTTPHeaderField: "Authorization")
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    return request
  }

  private let task: JSON = [
    "fields": ["project": ["key": "SCRSKY"], "issuetype": ["name": "Task"], "summary": "A task"]
  ]

  @Test
  func `Requests and answers travel over HTTP, and links point to where the client came`()
    async throws
  {
    try await withServer { server, session in
      let (data, response) = try await session.data(
        for: request(server, "POST", "/rest/api/3/issue", task))
      #expect((response as? HTTPURLResponse)?.statusCode == 201)
      let created = try JSON(parsing: data)
      #expect(created["self"]?.string?.hasPrefix(server.baseURL) == true)
      let (page, _) = try await session.data(for: request(server, "GET", "/browse/SCRSKY-1001"))
      #expect(String(decoding: page, as: UTF8.self).contains("A task"))
    }
  }

  @Test
  func `A connection reset after the commit: the issue exists, the client knows nothing`()
    async throws
  {
    try await withServer { server, session in
      let fault: JSON = [
        "match": ["method": "POST", "pathPrefix": "/rest/api/3/issue"], "times": 1,
        "action": "reset-after-commit",
      ]
      _ = try await session.data(for: request(server, "POST", "/sandbox/admin/faults", [fault]))
      // A connection of its own: on a used one libcurl would quietly send the POST again.
      let fresh = URLSession(configuration: .ephemeral)
      defer { fresh.invalidateAndCancel() }
      await #expect(throws: (any Error).self) {
        try await fresh.data(for: request(server, "POST", "/rest/api/3/issue", task))
      }
      let reply = server.sandbox.answer(
        SandboxRequest(
          "GET", "/rest/api/3/issue/SCRSKY-1001", headers: ["authorization": "Bearer sandbox"]))
      #expect(reply.status == 200)
    }
  }

  @Test
  func `Faults answer in place of JIRA, as often as was said, and the log knows`() async throws {
    try await withServer { server, session in
      let fault: JSON = [
        "times": 1,
        "action": ["status": 429, "headers": ["Retry-After": "1"], "body": "<html>slow</html>"],
      ]
      _ = try await session.data(for: request(server, "POST", "/sandbox/admin/faults", [fault]))
      var statuses: [Int?] = []
      for _ in 0..<2 {
        let (_, response) = try await session.data(
          for: request(server, "GET", "/rest/api/3/serverInfo"))
        statuses.append((response as? HTTPURLResponse)?.statusCode)
      }
      #expect(statuses == [429, 200])
      let (data, _) = try await session.data(
        for: request(server, "GET", "/sandbox/admin/requests?since=0"))
      let entries = try JSON(parsing: data)["requests"]?.array
      #expect(entries?.compactMap { $0["status"]?.integer } == [429, 200])
      #expect(entries?.first?["user"] == "sandbox@example.com")
    }
  }

  @Test
  func `Late, cut short, cut off before anything is done, and never: each as it says`() async throws
  {
    try await withServer { server, session in
      func fault(_ action: JSON) async throws {
        let rule: JSON = ["times": 1, "action": action]
        _ = try await session.data(for: request(server, "POST", "/sandbox/admin/faults", rule))
      }
      try await fault(["latency": 300])
      let begin = ContinuousClock.now
      _ = try await session.data(for: request(server, "GET", "/rest/api/3/myself"))
      #expect(ContinuousClock.now - begin >= .milliseconds(300))
      for action: JSON in ["truncate", "reset-before", "hang"] {
        try await fault(action)
        // A connection of its own: on a used one libcurl would quietly ask again.
        let fresh = URLSession(configuration: .ephemeral)
        var asked = try request(server, "POST", "/rest/api/3/issue", task)
        asked.timeoutInterval = action == "hang" ? 1 : 20
        let sent = asked
        await #expect(throws: (any Error).self, "\(action.text)") {
          try await fresh.data(for: sent)
        }
        fresh.invalidateAndCancel()
      }
      let keys = server.sandbox.store.read { $0.issues.values.map(\.key) }
      #expect(keys == ["SCRSKY-1001"], "only what was cut short had been done")
    }
  }

  @Test
  func `Without being asked for, the admin endpoints do not exist`() async throws {
    try await withServer {
      $0.hasAdmin = false
    } _: { server, session in
      let (_, response) = try await session.data(
        for: request(server, "GET", "/sandbox/admin/requests"))
      #expect((response as? HTTPURLResponse)?.statusCode == 404)
    }
  }

  @Test
  func `A port in use is an error, not a server that never comes`() async throws {
    try await withServer { server, _ in
      var options = SandboxOptions()
      options.port = try #require(URL(string: server.baseURL)?.port)
      let taken = options
      await #expect(throws: SandboxError.self) { try await SandboxServer.start(taken) }
    }
  }
}
