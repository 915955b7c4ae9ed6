import HTTP
import Jira
import JobQueue
import Postgres
import SyncEngine
import TestSupport

extension SyncWorld {
  /// What a sync of rows would do.
  func previews(_ ids: [Int64]) async throws -> [RowPreview] {
    let transport = CurlClient()
    let client = JiraClient(
      configuration: try JiraConfiguration(baseURL: jira.baseURL, credentials: setup.credentials),
      transport: transport)
    let database = PostgresClient(try self.database.configuration(as: setup.role))
    let result: Result<[RowPreview], any Error>
    do {
      let site = try await SiteFinder(
        client: client, project: setup.project, mapping: setup.mapping, database: database
      ).find()
      result = .success(
        try await Preview(site: site, database: database).rows(ids.map { RowKey($0) }))
    } catch {
      result = .failure(error)
    }
    await database.close()
    await transport.shutdown()
    return try result.get()
  }
}
