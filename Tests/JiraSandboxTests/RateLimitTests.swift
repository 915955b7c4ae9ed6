import JSON
import Testing

@testable import JiraSandbox

@Suite("Rate limits")
struct RateLimitTests {
  @Test
  func `Writes to one issue: 20 in two seconds, 100 in thirty; other issues go on`() throws {
    var limits = RateLimits()
    for _ in 0..<20 { try limits.take(method: "PUT", endpoint: "issue/*", issue: 1, at: 0) }
    let refusal = #expect(throws: Refusal.self) {
      try limits.take(method: "PUT", endpoint: "issue/*", issue: 1, at: 500)
    }
    #expect(refusal?.status == 429)
    #expect(
      refusal?.headers.contains { $0.name == "Retry-After" && $0.value == "2" } == true)
    #expect(
      refusal?.headers.contains { $0.value == "jira-per-issue-on-write" } == true)
    try limits.take(method: "PUT", endpoint: "issue/*", issue: 2, at: 500)
    // Reading is no write.
    try limits.take(method: "GET", endpoint: "issue/*", issue: 1, at: 500)
    for burst in 1..<5 {
      for _ in 0..<20 {
        try limits.take(
          method: "PUT", endpoint: "issue/*", issue: 1, at: Int64(burst) * 2000)
      }
    }
    #expect(throws: Refusal.self) {
      try limits.take(method: "PUT", endpoint: "issue/*", issue: 1, at: 12_000)
    }
    try limits.take(method: "PUT", endpoint: "issue/*", issue: 1, at: 30_000)
  }

  @Test
  func `A burst empties an endpoint's bucket, which fills again; other endpoints have their own`()
    throws
  {
    var limits = RateLimits()
    for _ in 0..<100 { try limits.take(method: "POST", endpoint: "issue", issue: nil, at: 0) }
    #expect(throws: Refusal.self) {
      try limits.take(method: "POST", endpoint: "issue", issue: nil, at: 0)
    }
    try limits.take(method: "POST", endpoint: "search/jql", issue: nil, at: 0)
    try limits.take(method: "POST", endpoint: "issue", issue: nil, at: 10)
  }

  @Test
  func `They hold for the whole sandbox when they are asked for, and only then`() throws {
    for isOn in [true, false] {
      let office = try Office { $0.hasRateLimits = isOn }
      let key = try office.create()
      let statuses = try (0..<21).map { number in
        try office.ask("PUT", "issue/\(key)", ["fields": ["summary": "\(number)"]]).status
      }
      #expect(statuses.last == (isOn ? 429 : 204))
      #expect(statuses.dropLast().allSatisfy { $0 == 204 })
    }
  }
}
