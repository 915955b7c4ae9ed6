import FoundationEssentials
import JSON
import Jira
import JobQueue
import Mapping
import Postgres

/// What the database remembers of the site.
struct SiteStore: Sendable {
  let database: PostgresClient

  /// What the database says before JIRA is asked.
  ///
  /// - Parameters:
  ///   - mapping: the mapping, whose columns the table has to have.
  ///   - baseURL: the address of the site.
  ///   - project: the key of the project.
  /// - Returns: the mapping against the table, and what `check` returns.
  /// - Throws: `SiteError` where a user has to change something, `PostgresError`.
  func prepare(
    _ mapping: Mapping, baseURL: String, project: String
  ) async throws -> (mapping: Mapping, bound: BoundProject?) {
    let missing = try await missingColumns()
    guard missing.isEmpty else { throw SiteError.missingColumns(missing) }
    let bound = try await check(baseURL: baseURL, project: project)
    let table = try await columns()
    do {
      return (try mapping.on(table: table), bound)
    } catch {
      throw SiteError.mapping(error)
    }
  }

  /// The columns that nothing can be done without and the table lacks.
  private func missingColumns() async throws -> [String] {
    let missing: [String] =
      try await database.query(
        "select jira_sync.missing_columns() as missing",
        doing: "comparing the columns of file_audit"
      ).rows.first?.get("missing") ?? []
    return missing.filter { ["id", "file_path", "has_technical_debt"].contains($0) }
  }

  /// The columns of the table as the database has them.
  private func columns() async throws -> [TableColumn] {
    try await database.query(
      TableColumn.query, doing: "reading which columns file_audit has"
    ).rows.map { try TableColumn($0) }
  }

  /// Makes sure that the database does not belong to another site, before anything is sent to this one.
  ///
  /// - Returns: the project of the links, where its key is another one than is configured: JIRA has to be asked whether it is the same.
  /// - Throws: `SiteError.otherSite`, `PostgresError`.
  private func check(baseURL: String, project: String) async throws -> BoundProject? {
    let row = try await database.query(
      Self.binding, doing: "reading which site the database belongs to"
    ).rows.first
    return try row.flatMap { try Self.check($0, baseURL: baseURL, project: project) }
  }

  private static let binding: SQL = """
    select s.base_url, s.project_key, s.mapping -> 'project' ->> 'id' as project_id,
      exists (select from jira_sync.links where issue_id is not null or marker is not null) as linked
    from jira_sync.site as s
    """

  private static func check(
    _ row: PostgresRow, baseURL: String, project: String
  ) throws -> BoundProject? {
    let known: String = try row.get("base_url")
    let knownProject: String = try row.get("project_key")
    let isLinked: Bool = try row.get("linked")
    guard isLinked else { return nil }
    guard known == baseURL else {
      throw SiteError.otherSite(
        linked: known, linkedProject: knownProject, configured: baseURL, project: project)
    }
    guard knownProject != project else { return nil }
    return BoundProject(key: knownProject, id: try row.get("project_id", as: String?.self))
  }

  /// Makes sure that the database belongs to the site, binds it where it belongs to none, and stores the mapping.
  ///
  /// As long as nothing is linked, another site may take the place of one that was configured by mistake. The project is
  /// named as it is configured: JIRA finds one under its old key after it was given a new one.
  ///
  /// - Throws: `SiteError.otherSite`, `PostgresError`.
  func bind(
    baseURL: String, project: String, found: JiraProject, renamed: BoundProject?,
    dialect: JiraDialect, mapping: ResolvedMapping
  ) async throws {
    let deployment = dialect == .cloud ? "cloud" : "server"
    var members = mapping.summary
    members["project"] = ["id": .string(found.id), "key": .string(found.key)]
    let summary = members.text
    let watched = mapping.watchedColumns
    try await database.transaction(doing: "binding the database to \(baseURL)") { transaction in
      // First, as it locks the table's row: workers that start together are bound one after the other. It changes only what is
      // not so already.
      _ = try await transaction.query(
        "select jira_sync.watch_columns(\(RowKey.standardTable), \(watched)::text[])",
        doing: "telling the triggers which columns are mapped")
      let row = try await transaction.query(
        Self.binding, doing: "reading which site the database belongs to"
      ).rows.first
      let bound = try row.flatMap { try Self.check($0, baseURL: baseURL, project: project) }
      // Another worker may have bound it meanwhile, to a project that JIRA was not asked about.
      if let bound, bound.id != found.id, bound.key != renamed?.key {
        throw SiteError.otherSite(
          linked: baseURL, linkedProject: bound.key, configured: baseURL, project: project)
      }
      // From the beginning: the commits of the very first issues may be lost, too.
      let server = row == nil ? try await ServerRecord.ofNewDatabase(transaction) : nil
      _ = try await transaction.query(
        """
        insert into jira_sync.site (base_url, project_key, deployment, mapping, server)
        values (\(baseURL), \(project), \(deployment), \(summary)::jsonb, \(server)::jsonb)
        on conflict (singleton) do update
        set base_url = excluded.base_url, project_key = excluded.project_key,
          deployment = excluded.deployment, mapping = excluded.mapping
        where (site.base_url, site.project_key, site.deployment, site.mapping) is distinct from
          (excluded.base_url, excluded.project_key, excluded.deployment, excluded.mapping)
        """, doing: "remembering the site")
    }
  }
}

extension ResolvedMapping {
  /// The mapping as it is stored for people and triggers to read: column by column, to which field it goes.
  var summary: JSON {
    .object([
      "fields": .array(
        fields.map { field in
          [
            "name": .string(field.name), "columns": .array(field.mapping.columns.map(JSON.string)),
            "jira_field": .string(field.fieldID), "jira_name": .string(field.fieldName),
            "direction": .string(field.mapping.direction.rawValue),
          ]
        }),
      "skipped": .array(
        skipped.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
    ])
  }
}
