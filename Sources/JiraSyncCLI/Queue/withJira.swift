import HTTP
import Jira
import Logging
import SyncConfiguration
import SyncEngine

/// Gives a command a client that speaks the dialect of the site.
///
/// - Parameters:
///   - session: the settings.
///   - body: what to do with it.
/// - Returns: what the body returns.
/// - Throws: `SettingsError`, `JiraError`, or what the body throws.
func withJira<Value>(
  _ session: QueueSession, _ body: (JiraClient) async throws -> Value
) async throws -> Value {
  try await withJiraClient(try session.settings.jira().configuration, logger: session.logger, body)
}

/// Gives a command a client for a site.
///
/// - Parameters:
///   - configuration: where JIRA is and who we are there.
///   - logger: told of each call.
///   - body: what to do with it.
/// - Returns: what the body returns.
/// - Throws: `JiraError`, or what the body throws.
func withJiraClient<Value>(
  _ configuration: JiraConfiguration, logger: Logger, _ body: (JiraClient) async throws -> Value
) async throws -> Value {
  let transport = CurlClient()
  do {
    let client = try await JiraClient(
      configuration: configuration, transport: transport, logger: logger
    ).located()
    let value = try await body(client)
    await transport.shutdown()
    return value
  } catch {
    await transport.shutdown()
    throw error
  }
}
