import HTTP
import Jira

/// Where the scripted site claims to be.
let testSite = "https://jira.example.com"

/// The token of the test account, which must not show up anywhere.
let testToken = "t0ken-that-must-not-leak"

/// A client of a scripted site.
func makeClient(
  _ steps: [ScriptedTransport.Step], dialect: JiraDialect = .cloud,
  beforeCall: @escaping @Sendable (JiraCall) async throws -> Void = { _ in }
) throws -> (client: JiraClient, transport: ScriptedTransport) {
  let transport = ScriptedTransport(steps)
  let configuration = try JiraConfiguration(
    baseURL: testSite, credentials: .basic(email: "ada@example.com", token: testToken),
    dialect: dialect)
  return (
    JiraClient(configuration: configuration, transport: transport, beforeCall: beforeCall),
    transport
  )
}

/// Runs something that must throw a `JiraError` and gives the error.
func failure(_ body: () async throws -> Void) async throws -> JiraError {
  do {
    try await body()
  } catch let error as JiraError {
    return error
  }
  throw NoFailure()
}

/// What should have thrown did not.
struct NoFailure: Error {}
