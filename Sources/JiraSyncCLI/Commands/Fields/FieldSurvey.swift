import HTTP
import Jira
import Logging
import Mapping
import Postgres
import SyncConfiguration
import SyncEngine

/// Mapping, site and rows side by side, for the commands about fields.
struct FieldSurvey {
  let client: JiraClient
  let facts: SiteFacts
  let check: FieldCheck
  let census: RowCensus

  /// Looks at the table, the site and the rows.
  ///
  /// - Parameters:
  ///   - settings: where they are.
  ///   - logger: told what the connections note.
  ///   - body: what to do with it; the way to JIRA is closed after it.
  /// - Returns: what the body returns.
  /// - Throws: what says that a service is out of reach or the configuration does not fit, or what the body throws.
  static func take<Value>(
    _ settings: Settings, logger: Logger, _ body: (FieldSurvey) async throws -> Value
  ) async throws -> Value {
    let services = try settings.services()
    let mapping = try settings.file().mapping
    return try await withDatabase(services.database, logger: logger) { connection in
      let table = try await connection.query(
        TableColumn.query, doing: "reading which columns file_audit has"
      ).rows.map { try TableColumn($0) }
      let mapping = try mapping.on(table: table)
      let last = try await LastSync.read(on: connection)
      return try await withJiraClient(services.jira.configuration, logger: logger) { client in
        let facts = try await SiteFacts.read(
          client, project: services.jira.project, issueType: mapping.issueType,
          sample: last.issueID.map { .issue($0) } ?? .any)
        let check = FieldCheck(mapping: mapping, facts: facts, remembered: last.fieldIDs)
        let census = try await RowCensus.read(
          fields: FieldCreation.candidates(check), on: connection)
        return try await body(
          FieldSurvey(client: client, facts: facts, check: check, census: census))
      }
    }
  }
}
