import Foundation
import JSON
import Testing

@testable import JiraSandbox

@Suite("What goes wrong on purpose")
struct FaultTests {
  private func reply(_ office: Office, _ action: String) async throws -> SandboxReply? {
    try office.administer("POST", "faults", ["action": .string(action), "times": 1])
    let request = SandboxRequest(
      "GET", "/rest/api/3/serverInfo", headers: ["authorization": "Bearer sandbox"])
    guard case .reply(let reply) = await office.sandbox.respond(to: request) else { return nil }
    return reply
  }

  private func header(_ name: String, _ reply: SandboxReply?) -> String? {
    reply?.headers.first { $0.name == name }?.value
  }

  @Test
  func `Each kind of 429 says when to come back, or does not`() async throws {
    let office = try Office()
    let waits = ["rate-limit-burst": "1", "rate-limit-issue": "2", "rate-limit-quota": "1847"]
    for (action, seconds) in waits {
      let answer = try await reply(office, action)
      #expect(answer?.status == 429 && header("Retry-After", answer) == seconds)
      #expect(header("RateLimit-Reason", answer)?.hasPrefix("jira-") == true)
    }
    let reset = try await reply(office, "rate-limit-reset")
    #expect(header("Retry-After", reset) == nil)
    #expect(header("X-RateLimit-Reset", reset) == "2026-07-01T12:00:05.123Z")
    let page = try await reply(office, "rate-limit-html")
    #expect(page?.status == 429 && header("Content-Type", page)?.hasPrefix("text/html") == true)
    #expect(header("Retry-After", page) == nil)
  }

  @Test
  func `503 without a time, with seconds, with a date; 502 and 500 with the bodies they come with`()
    async throws
  {
    let office = try Office()
    let plain = try await reply(office, "unavailable")
    #expect(plain?.status == 503 && header("Retry-After", plain) == nil)
    let seconds = try await reply(office, "unavailable-for")
    #expect(header("Retry-After", seconds) == "2")
    let date = try await reply(office, "unavailable-until")
    #expect(header("Retry-After", date) == "Wed, 01 Jul 2026 12:00:05 GMT")
    let gateway = try await reply(office, "bad-gateway")
    #expect(gateway?.status == 502)
    let page = String(decoding: gateway?.body ?? Data(), as: UTF8.self)
    #expect(page.contains("<html>"))
    let broken = try await reply(office, "internal-error")
    #expect(broken?.status == 500)
  }

  @Test
  func `A fault lets some requests pass first, hits as often as it says, and only what it names`()
    async throws
  {
    let office = try Office()
    try office.administer(
      "POST", "faults",
      [
        "match": ["method": "GET", "pathPrefix": "/rest/api/3/serverInfo"], "skip": 2, "times": 1,
        "action": "bad-gateway",
      ])
    var statuses: [Int] = []
    for path in ["serverInfo", "myself", "serverInfo", "serverInfo", "serverInfo"] {
      let request = SandboxRequest(
        "GET", "/rest/api/3/\(path)", headers: ["authorization": "Bearer sandbox"])
      statuses.append(await office.sandbox.respond(to: request).status)
    }
    #expect(statuses == [200, 200, 200, 502, 200])
    #expect(try office.administer("GET", "faults")["waiting"] == 0)
  }

  @Test
  func `An action that there is not is refused with the list of those that there are`() throws {
    let office = try Office()
    let refused = #expect(throws: Office.Refused.self) {
      try office.administer("POST", "faults", ["action": "explode"])
    }
    let text = try #require(refused).body.text
    #expect(text.contains("reset-after-commit"))
  }
}
