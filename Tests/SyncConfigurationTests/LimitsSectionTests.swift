import JSON
import Mapping
import Testing

@testable import SyncConfiguration

/// The section `limits` of `jira-sync.yaml`.
@Suite("How fast JIRA may be called") struct LimitsSectionTests {
  private func limits(_ yaml: String) throws -> SiteLimits {
    try ConfigurationFile(yaml: yaml, file: "jira-sync.yaml").limits
  }

  @Test
  func `What is not said is ten calls a second`() throws {
    #expect(try limits("issue_type: Task") == SiteLimits(callsPerSecond: 10))
    #expect(try limits("limits: {}") == .standard)
  }

  @Test
  func `A number, a word for none, and endpoints of their own`() throws {
    #expect(try limits("limits: {calls_per_second: 2.5}") == SiteLimits(callsPerSecond: 2.5))
    #expect(try limits("limits: {calls_per_second: none}") == .none)
    #expect(try limits("limits: {calls_per_second: unlimited}") == .none)
    #expect(
      try limits(
        "limits: {endpoints: {POST /issue: 5, GET /issue/{id}: none}}".replacing("{id}", with: "x"))
        == SiteLimits(callsPerSecond: 10, endpoints: ["POST /issue": 5]))
  }

  @Test(arguments: [
    ("limits: 5", "limits must be a mapping"),
    ("limits: {calls_per_second: 0}", "above 0"),
    ("limits: {calls_per_second: -1}", "above 0"),
    ("limits: {calls_per_second: fast}", "'fast'"),
    ("limits: {calls_per_second: 1e9}", "10000"),
    ("limits: {calls_per_sec: 5}", "did you mean 'calls_per_second'?"),
    ("limits: {endpoints: [a]}", "limits.endpoints must be a mapping"),
    ("limits: {endpoints: {issue: 5}}", "'issue'"),
    ("limits: {endpoints: {POST /issue: x}}", "limits.endpoints.'POST /issue'"),
  ])
  func `Anything else is an error that says what is allowed`(yaml: String, said: String) throws {
    do {
      _ = try limits(yaml)
      Issue.record("\(yaml) was taken")
    } catch let error as MappingError {
      #expect(error.description.contains(said), "\(error)")
    }
  }
}
