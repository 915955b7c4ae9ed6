import HTTP
import Jira
import Logging
import Postgres
import SyncConfiguration
import SyncEngine

/// Reaches JIRA for a command that reads it, within ten seconds.
///
/// - Parameters:
///   - session: the database and the settings.
///   - body: what to do with the site; the client of the database is closed after it.
/// - Returns: what the body returns.
/// - Throws: `SettingsError`, `SiteError`, `JiraError`, or what the body throws.
func withSite<Value>(
  _ session: QueueSession, _ body: (Site, PostgresClient) async throws -> Value
) async throws -> Value {
  let settings = session.settings
  let services = try settings.services()
  let mapping = try settings.file().mapping
  let transport = CurlClient()
  let database = PostgresClient(services.database, logger: session.logger)
  let client = JiraClient(
    configuration: services.jira.configuration, transport: transport, logger: session.logger)
  do {
    let site = try await SiteFinder(
      client: client, project: services.jira.project, mapping: mapping, database: database
    ).find()
    let value = try await body(site, database)
    await database.close()
    await transport.shutdown()
    return value
  } catch {
    await database.close()
    await transport.shutdown()
    throw error
  }
}
