import Foundation
import JSON
import Postgres
import TestSupport

@testable import JiraSandbox

/// A database with the schema, a sandbox that can be administered, and the program between them.
struct FieldsWorld {
  let database: TestDatabase
  let connection: PostgresConnection
  let server: SandboxServer
  let program: Program
  let isDataCenter: Bool

  /// Runs `jira-sync fields …`.
  func run(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Program.Outcome {
    var variables = [
      "DATABASE_URL": database.conninfo, "JIRA_BASE_URL": server.baseURL, "JIRA_PROJECT": "SCRSKY",
    ]
    if isDataCenter {
      variables["JIRA_PAT"] = "sandbox"
    } else {
      variables["JIRA_EMAIL"] = "sandbox@example.com"
      variables["JIRA_API_TOKEN"] = "sandbox"
    }
    variables.merge(environment) { _, given in given }
    return try await program.run(["fields"] + arguments, environment: variables)
  }

  /// Writes `jira-sync.yaml`.
  func configure(_ yaml: String) throws { try program.write(yaml, to: "jira-sync.yaml") }

  @discardableResult
  func query(_ sql: SQL) async throws -> PostgresResult {
    try await connection.query(sql, doing: "preparing a test")
  }

  /// A row with debt in one layer.
  func addRow(layer: String, number: Int = 1, hasDebt: Bool = true) async throws {
    try await query(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
        status, workflows, has_technical_debt, technical_debt)
      values (lpad(\(number)::integer::text, 4, '0'), \("src/\(number).py"), \("\(number).py"), 3, \(layer), 'NOVEL',
        '{WF1,WF2}', \(hasDebt), 'debt')
      """)
  }

  /// The database remembers which fields were synced, as after a worker's run.
  func remember(_ fields: [String: String]) async throws {
    let mapping: JSON = [
      "fields": .array(
        fields.map { ["name": .string($0.key), "jira_field": .string($0.value)] })
    ]
    try await query(
      """
      insert into jira_sync.site (base_url, project_key, deployment, mapping)
      values (\(server.baseURL), 'SCRSKY', 'cloud', \(mapping.text)::jsonb)
      """)
  }
}

/// Gives a body a world of its own and takes it down afterwards.
func withFieldsWorld(
  isDataCenter: Bool = false, _ body: (FieldsWorld) async throws -> Void
) async throws {
  var options = SandboxOptions()
  options.deployment = isDataCenter ? .server : .cloud
  let server = try await SandboxServer.start(options)
  do {
    try await withDatabase { database in
      let connection = try await database.connect()
      try await Program.withFolder { program in
        try await body(
          FieldsWorld(
            database: database, connection: connection, server: server, program: program,
            isDataCenter: isDataCenter))
      }
      await connection.close()
    }
  } catch {
    try await server.stop()
    throw error
  }
  try await server.stop()
}
