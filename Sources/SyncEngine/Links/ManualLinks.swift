import Jira
import JobQueue
import Planning
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

  /// Makes a row and an issue belong together, and enqueues the job that reconciles them.
  ///
  /// - Parameters:
  ///   - issue: the issue's key or id.
  ///   - row: the row.
  ///   - otherProject: the key of another project that the issue may be in; the caller has asked for consent.
  ///   - force: whether an issue of another row is taken away from it, another issue of the row is replaced, and a creation
  ///     without an answer is given up.
  /// - Returns: what was done; linking what is linked already only enqueues the job.
  /// - Throws: `LinkError` where it must not be, `JiraError`, `PostgresError`; nothing was changed then.
  public func link(
    _ issue: String, to row: RowKey, otherProject: String? = nil, force: Bool = false
  ) async throws -> ManualLink {
    let key = IssueReference.key(in: issue, site: client.configuration.siteURL) ?? issue
    guard let found = try await client.issue(key, fields: ["project"]) else {
      throw LinkError.unknownIssue(issue)
    }
    let label = try await Self.label(of: row, on: connection)
    let rows = [row] + (try await holders(of: found, besides: row))
    try await Self.prepare(rows, on: connection)
    return try await connection.transaction(doing: "linking \(row) with \(found.key)") {
      transaction in
      try await Self.lock(rows, label: label, transaction)
      let bound = try await project(transaction)
      let project = found.projectKey ?? IssueReference.project(ofKey: found.key)
      if project != bound, project.lowercased() != otherProject?.lowercased() {
        throw LinkError.otherProject(issue: found.key, project: project, bound: bound)
      }
      let link = try await Self.current(row, transaction)
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
      done.takenFrom = try await free(found, of: row, locked: rows, transaction, force: force)
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
    let label = try await label(of: row, on: connection)
    try await prepare([row], on: connection)
    return try await connection.transaction(doing: "unlinking \(row)") { transaction in
      try await lock([row], label: label, transaction)
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
  /// What users call a row.
  private static func label(of row: RowKey, on connection: PostgresConnection) async throws
    -> String
  {
    let found = try await connection.query(
      "select f.file_path as label from public.file_audit as f where \(AuditTable.isRow(row))",
      doing: "looking for \(row)"
    ).rows.first
    guard let found else { throw LinkError.unknownRow(row) }
    return try found.get("label")
  }

  /// The rows that are linked with an issue, apart from one.
  private func holders(of issue: Issue, besides row: RowKey) async throws -> [RowKey] {
    try await connection.query(
      """
      select table_name, row_id from jira_sync.links
      where issue_id = \(issue.id) and state = 'linked' and not (\(RowStore.isRow(row)))
      """, doing: "looking which row has \(issue.key)"
    ).rows.map { RowKey(table: try $0.get("table_name"), id: try $0.get("row_id")) }
  }

  /// Enqueues a job for each row, which `lock` can lock.
  ///
  /// It is a pull: where the command fails afterwards, that makes no issue.
  private static func prepare(_ rows: [RowKey], on connection: PostgresConnection) async throws {
    _ = try await connection.query(
      """
      insert into jira_sync.jobs (kind, table_name, row_id, run_at)
      select 'pull', u.table_name, u.row_id, clock_timestamp() + interval '2 seconds'
      from unnest(\(rows.map(\.table))::text[], \(rows.map(\.id))::text[]) as u(table_name, row_id)
      """, doing: "enqueuing jobs to lock")
  }

  /// Keeps workers away from rows until the transaction ends: a claim leaves a key alone while a waiting job of it is locked.
  ///
  /// - Throws: `LinkError.rowIsBusy` where a worker was faster.
  private static func lock(
    _ rows: [RowKey], label: String, _ transaction: PostgresTransaction
  ) async throws {
    // In one order, so that two commands do not wait for each other.
    for row in rows.sorted() {
      let isLocked: Bool = try await transaction.query(
        "select jira_sync.lock_waiting_jobs(\(row.jobKey)) as locked",
        doing: "keeping workers away from \(row)"
      ).one.get("locked")
      guard isLocked else {
        throw LinkError.rowIsBusy(row: row == rows.first ? label : AuditTable.describe(row))
      }
    }
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
    _ issue: Issue, of row: RowKey, locked: [RowKey], _ transaction: PostgresTransaction,
    force: Bool
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
        // Linked since it was looked which row has the issue.
        guard locked.contains(holder) else { throw LinkError.rowIsBusy(row: label) }
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

/// What linking or unlinking by hand did.
public struct ManualLink: Sendable, Hashable {
  /// What users call the row.
  public var label: String
  /// The key of the issue; nil where a row without one was told never to have one.
  public var issueKey: String?
  /// The key of the issue that the row had before, where it was another.
  public var replaced: String?
  /// The label of the row that had the issue before.
  public var takenFrom: String?
  /// The job that reconciles row and issue; nil after unlinking.
  public var jobID: Int64?
}
