import Jira
import JobQueue
import Postgres

/// Links rows with issues, and unlinks them, because a person says so.
///
/// It takes the way that workers take: nothing that runs is overtaken, an issue belongs to one row, and the first meeting of the
/// two is left to a job, which records what differs.
public struct ManualLinks {
  private let connection: PostgresConnection
  private let client: JiraClient

  /// Prepares; nothing is sent.
  ///
  /// - Parameters:
  ///   - connection: to the database.
  ///   - client: speaks the dialect of the site that the database is bound to.
  public init(connection: PostgresConnection, client: JiraClient) {
    self.connection = connection
    self.client = client
  }

  /// Makes a row and an issue belong together, and enqueues the job that brings them into step.
  ///
  /// - Parameters:
  ///   - issue: the issue's key or id.
  ///   - row: the row.
  ///   - force: whether an issue of another row is taken away from it, another issue of the row is replaced, an issue of another
  ///     project is taken, and a creation without an answer is given up.
  /// - Returns: what was done; linking what is linked already only enqueues the job.
  /// - Throws: `LinkError` where it must not be, `JiraError`, `PostgresError`; nothing was changed then.
  public func link(_ issue: String, to row: RowKey, force: Bool = false) async throws -> ManualLink
  {
    guard let found = try await client.issue(issue, fields: ["project"]) else {
      throw LinkError.unknownIssue(issue)
    }
    return try await connection.transaction(doing: "linking \(row) with \(found.key)") {
      transaction in
      let bound = try await project(transaction)
      if let project = found.projectKey, project != bound, !force {
        throw LinkError.otherProject(issue: found.key, project: project, bound: bound)
      }
      let label = try await hold(row, transaction)
      let link = try await current(row, transaction)
      if let link, link.state == .creating || link.state == .createUnknown, link.hasMarker, !force {
        throw LinkError.creationUnderWay(row: label)
      }
      var done = ManualLink(label: label, issueKey: found.key)
      if let link, link.state == .linked || link.state == .issueGone, link.issueID != found.id {
        let former = link.issueKey ?? "an issue"
        guard force || link.state == .issueGone else {
          throw LinkError.rowHasIssue(row: label, issue: former)
        }
        done.replaced = former
      }
      done.takenFrom = try await free(found, of: row, transaction, force: force)
      if link?.state != .linked || link?.issueID != found.id {
        _ = try await transaction.query(
          Self.linking(row, label: label, issue: found), doing: "linking \(label) with \(found.key)"
        )
      }
      done.jobID = try await transaction.query(
        "select jira_sync.enqueue('sync', \(row.id), \(row.table)) as job",
        doing: "enqueuing the first meeting"
      ).one.get("job")
      return done
    }
  }

  /// Ends what is between a row and its issue: neither is written to any more, and no issue is made for the row again.
  ///
  /// The issue itself is left as it is.
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - force: whether a creation without an answer is given up.
  ///   - connection: to the database.
  /// - Returns: what was done.
  /// - Throws: `LinkError` where it must not be, `PostgresError`; nothing was changed then.
  public static func unlink(
    _ row: RowKey, force: Bool = false, on connection: PostgresConnection
  ) async throws -> ManualLink {
    try await connection.transaction(doing: "unlinking \(row)") { transaction in
      let label = try await hold(row, transaction)
      let link = try await current(row, transaction)
      if let link, link.state == .creating || link.state == .createUnknown, link.hasMarker, !force {
        throw LinkError.creationUnderWay(row: label)
      }
      guard link?.state != .unlinked else { throw LinkError.notLinked(row: label) }
      _ = try await transaction.query(
        """
        insert into jira_sync.links (table_name, row_id, label, state)
        values (\(row.table), \(row.id), \(label), 'unlinked')
        on conflict (table_name, row_id) where state <> 'row_gone' do update
        set state = 'unlinked', marker = null, attempted_at = null, creation_lookups = 0,
          last_error = null
        """, doing: "unlinking \(label)")
      return ManualLink(label: label, issueKey: link?.issueKey)
    }
  }
}

extension ManualLinks {
  /// Keeps workers away from a row until the transaction ends.
  ///
  /// - Returns: the row's label.
  private static func hold(
    _ row: RowKey, _ transaction: PostgresTransaction
  ) async throws -> String {
    // The lock that a claim takes for a key: a claim that does not get it leaves the key alone.
    _ = try await transaction.query(
      "select jira_sync.lock_key(\(row.jobKey))",
      doing: "keeping workers away from \(row)")
    let found = try await transaction.query(
      """
      select f.file_path as label,
        exists (
          select from jira_sync.jobs as j
          where j.state = 'running' and j.key = \(row.jobKey)) as busy
      from public.file_audit as f where \(AuditTable.isRow(row))
      """, doing: "looking at \(row)"
    ).rows.first
    guard let found else { throw LinkError.unknownRow(row) }
    let label: String = try found.get("label")
    guard try !found.get("busy", as: Bool.self) else { throw LinkError.rowIsBusy(row: label) }
    return label
  }

  private func hold(_ row: RowKey, _ transaction: PostgresTransaction) async throws -> String {
    try await Self.hold(row, transaction)
  }

  private struct Current {
    let state: LinkState
    let issueID: String?
    let issueKey: String?
    let hasMarker: Bool
  }

  private static func current(
    _ row: RowKey, _ transaction: PostgresTransaction
  ) async throws -> Current? {
    try await transaction.query(
      """
      select state, issue_id, issue_key, marker is not null as marked
      from jira_sync.links where \(RowStore.isRow(row)) and state <> 'row_gone'
      for update
      """, doing: "reading the link of \(row)"
    ).rows.first.map { found in
      Current(
        state: LinkState(rawValue: try found.get("state")) ?? .unlinked,
        issueID: try found.get("issue_id", as: String?.self),
        issueKey: try found.get("issue_key", as: String?.self),
        hasMarker: try found.get("marked"))
    }
  }

  private func current(_ row: RowKey, _ transaction: PostgresTransaction) async throws -> Current? {
    try await Self.current(row, transaction)
  }

  private func project(_ transaction: PostgresTransaction) async throws -> String {
    guard
      let found = try await transaction.query(
        "select project_key from jira_sync.site", doing: "reading which site this is"
      ).rows.first
    else { throw LinkError.noSite }
    return try found.get("project_key")
  }

  /// Takes the issue from every other row.
  ///
  /// - Returns: the label of the row that it was linked with.
  private func free(
    _ issue: Issue, of row: RowKey, _ transaction: PostgresTransaction, force: Bool
  ) async throws -> String? {
    let others = try await transaction.query(
      """
      select id, table_name, row_id, label, state from jira_sync.links
      where issue_id = \(issue.id) and (not (\(RowStore.isRow(row))) or state = 'row_gone')
      for update
      """, doing: "looking who has \(issue.key)"
    ).rows
    var former: String?
    for other in others {
      let label: String = try other.get("label")
      let isLinked = try other.get("state", as: String.self) == LinkState.linked.rawValue
      if isLinked {
        guard force else { throw LinkError.issueTaken(issue: issue.key, by: label) }
        let holder = RowKey(table: try other.get("table_name"), id: try other.get("row_id"))
        _ = try await hold(holder, transaction)
        former = label
      }
      // The key stays for the record; the id belongs to one row.
      _ = try await transaction.query(
        """
        update jira_sync.links
        set issue_id = null, state = case when state = 'linked' then 'unlinked' else state end
        where id = \(try other.get("id", as: Int64.self))::bigint
        """, doing: "taking \(issue.key) from \(label)")
    }
    return former
  }

  /// No base: the next run is the first meeting of the two, and records what differs.
  private static func linking(_ row: RowKey, label: String, issue: Issue) -> SQL {
    """
    insert into jira_sync.links (table_name, row_id, label, state, issue_id, issue_key)
    values (\(row.table), \(row.id), \(label), 'linked', \(issue.id), \(issue.key))
    on conflict (table_name, row_id) where state <> 'row_gone' do update
    set state = 'linked', label = excluded.label, issue_id = excluded.issue_id,
      issue_key = excluded.issue_key, marker = null, attempted_at = null, creation_lookups = 0,
      last_error = null, base = null, base_raw = null, write_token = null, issue_updated = null
    """
  }
}
