import FoundationEssentials
import JSON
import Jira
import JobQueue
import Planning
import Postgres

/// The statements about rows, links, changes and conflicts.
enum RowStore {
  /// Reads the rows and links of jobs.
  static func items(for jobs: [Job], database: PostgresClient) async throws -> [WorkItem] {
    let byRow = Dictionary(jobs.compactMap { job in job.row.map { ($0, job) } }) { $1 }
    var items: [RowKey: WorkItem] = [:]
    for (table, rows) in Dictionary(grouping: byRow.keys, by: \.table) {
      for item in try await Self.items(table: table, rows: rows, jobs: byRow, database: database) {
        items[item.rowKey] = item
      }
    }
    return jobs.compactMap { job in job.row.flatMap { items[$0] } }
  }

  /// Reads the rows of one table.
  private static func items(
    table: String, rows: [RowKey], jobs: [RowKey: Job], database: PostgresClient
  ) async throws -> [WorkItem] {
    let statement: SQL =
      """
      select row_id, content, is_hidden, \(isMarked("r", link: "link_id")) as is_marked,
        link_id, state, label, issue_id, issue_key, marker, last_error, base, creation_lookups, write_token,
        side_changes, deletion_action, issue_updated, read_at, conflicts, suspended, since_attempt
      from (
        select \(table)::text as table_name, f.*
        from jira_sync.rows_with_links(\(table), \(rows.map(\.id))::text[]) as f
      ) as r
      """
    let result = try await database.query(
      statement.prepared(), doing: "reading \(rows.count) rows of \(table) and their links")
    var items: [WorkItem] = []
    for row in result.rows {
      let key = RowKey(table: table, id: try row.get("row_id"))
      guard let job = jobs[key] else { continue }
      var item = WorkItem(job: job, rowKey: key)
      if let text = try row.get("content", as: String?.self) {
        item.row = try JSON(parsing: text).object
      }
      if let linkID = try row.get("link_id", as: Int64?.self) {
        item.link = try link(row, id: linkID)
      }
      item.isHidden = try row.get("is_hidden")
      item.isMarked = try row.get("is_marked")
      item.readAt = try row.get("read_at")
      if let text = try row.get("conflicts", as: String?.self) {
        item.conflicts = (try JSON(parsing: text).array ?? []).compactMap(LiveConflict.init)
      }
      if let text = try row.get("suspended", as: String?.self) {
        item.suspended = (try JSON(parsing: text).object ?? [:]).compactMapValues(\.string)
      }
      items.append(item)
    }
    return items
  }

  private static func link(_ row: PostgresRow, id: Int64) throws -> Link {
    let state: String = try row.get("state")
    let base = try row.get("base", as: String?.self)
    return Link(
      id: id, state: LinkState(rawValue: state) ?? .unlinked, label: try row.get("label"),
      issueID: try row.get("issue_id", as: String?.self),
      issueKey: try row.get("issue_key", as: String?.self),
      marker: try row.get("marker", as: UUID?.self),
      lastError: try row.get("last_error", as: String?.self),
      base: try base.map { try JSONDecoder().decode(Base.self, from: Data($0.utf8)) },
      sinceAttempt: try row.get("since_attempt", as: Double?.self).map { .seconds($0) },
      creationLookups: try row.get("creation_lookups"),
      issueUpdated: try row.get("issue_updated", as: Int64?.self),
      writeToken: try row.get("write_token", as: Int64?.self),
      deletionAction: try row.get("deletion_action", as: String?.self)
        .flatMap(Link.DeletionAction.init),
      sideChanges: SideChanges(
        try row.get("side_changes", as: String?.self).map { try JSON(parsing: $0) }))
  }

  /// Prepares a transaction for writing to `file_audit`: its triggers shall know the writer, and an application's lock is
  /// not waited for long.
  static func announcing(writer: UUID) -> SQL {
    """
    select set_config('jira_sync.writer', \(writer)::text, true),
      set_config('lock_timeout', '500ms', true)
    """
  }

  /// Notes that issues are about to be made: committed before anything is sent.
  ///
  /// The base of the creation goes with it: should the answer be lost, the issue that is found holds just that.
  static func intending(_ intents: [(draft: CreationDraft, baseText: String)]) -> SQL {
    """
    insert into jira_sync.links (table_name, row_id, label, marker, state, attempted_at, base, base_raw)
    select u.table_name, u.row_id, u.label, u.marker, 'creating', clock_timestamp(), u.base::jsonb, u.raw::jsonb
    from unnest(
      \(intents.map(\.draft.item.rowKey.table))::text[], \(intents.map(\.draft.item.rowKey.id))::text[], \(intents.map(\.draft.item.label))::text[],
      \(intents.map(\.draft.marker))::uuid[], \(intents.map(\.baseText))::text[],
      \(intents.map { JSON.object($0.draft.log.newBase.columns).text })::text[])
      as u(table_name, row_id, label, marker, base, raw)
    on conflict (table_name, row_id) where state <> 'row_gone' do update
    set marker = excluded.marker, state = 'creating', last_error = null, creation_lookups = 0,
      label = excluded.label, attempted_at = excluded.attempted_at,
      base = excluded.base, base_raw = excluded.base_raw
    """
  }

  /// Stores links.
  static func linking(_ links: [LinkUpdate]) -> SQL {
    """
    update jira_sync.links as l
    set state = 'linked', issue_id = u.issue_id, issue_key = u.issue_key, label = u.label,
      base = u.base::jsonb, base_raw = u.base_raw::jsonb, last_error = u.error, creation_lookups = 0,
      issue_updated = coalesce(to_timestamp(u.updated), l.issue_updated),
      write_token = coalesce(u.token, l.write_token), side_changes = u.side_changes::jsonb,
      refused_since = case when u.refused then coalesce(l.refused_since, clock_timestamp()) end,
      synced_at = case when u.error is null then clock_timestamp() else l.synced_at end
    from unnest(
      \(links.map(\.rowKey.table))::text[], \(links.map(\.rowKey.id))::text[], \(links.map(\.issueID))::text[],
      \(links.map(\.issueKey))::text[], \(links.map(\.label))::text[],
      \(links.map(\.baseText))::text[], \(links.map(\.rawText))::text[],
      \(links.map(\.error))::text[], \(links.map(\.updatedSeconds))::float8[],
      \(links.map(\.writeToken))::bigint[], \(links.map(\.sideChangesText))::text[], \(links.map(\.isRefused))::boolean[])
      as u(
        table_name, row_id, issue_id, issue_key, label, base, base_raw, error, updated, token, side_changes, refused)
    where l.table_name = u.table_name and l.row_id = u.row_id and l.state <> 'row_gone'
    """
  }

  /// Notes that something stands in the way of links.
  static func failing(_ failures: [(rowKey: RowKey, error: String, clearsMarker: Bool)]) -> SQL {
    """
    update jira_sync.links as l
    set last_error = u.error, marker = case when u.clears then null else l.marker end,
      attempted_at = case when u.clears then null else l.attempted_at end
    from unnest(
      \(failures.map(\.rowKey.table))::text[], \(failures.map(\.rowKey.id))::text[], \(failures.map(\.error))::text[],
      \(failures.map(\.clearsMarker))::boolean[]) as u(table_name, row_id, error, clears)
    where l.table_name = u.table_name and l.row_id = u.row_id and l.state <> 'row_gone'
    """
  }

  /// Records why rows get no issue until a person changes something.
  static func waiting(_ rows: [(rowKey: RowKey, label: String, error: String)]) -> SQL {
    """
    insert into jira_sync.links (table_name, row_id, label, state, last_error)
    select u.table_name, u.row_id, u.label, 'creating', u.error
    from unnest(
      \(rows.map(\.rowKey.table))::text[], \(rows.map(\.rowKey.id))::text[], \(rows.map(\.label))::text[],
      \(rows.map(\.error))::text[]) as u(table_name, row_id, label, error)
    on conflict (table_name, row_id) where state <> 'row_gone' do update
    set last_error = excluded.last_error, label = excluded.label
    where links.state = 'creating'
    """
  }

  /// Notes that creations were surely not sent, so that no search is needed.
  static func notSent(_ rows: [RowKey]) -> SQL {
    """
    update jira_sync.links set marker = null, attempted_at = null
    where \(isAmong(rows)) and state = 'creating'
    """
  }

  /// Notes that it is unknown whether issues were made, and how often they were searched for.
  static func unknown(_ rows: [(rowKey: RowKey, error: String, lookups: Int)]) -> SQL {
    """
    update jira_sync.links as l
    set state = 'create_unknown', last_error = u.error, creation_lookups = u.lookups
    from unnest(
      \(rows.map(\.rowKey.table))::text[], \(rows.map(\.rowKey.id))::text[], \(rows.map(\.error))::text[],
      \(rows.map(\.lookups))::integer[]) as u(table_name, row_id, error, lookups)
    where l.table_name = u.table_name and l.row_id = u.row_id and l.state in ('creating', 'create_unknown')
    """
  }

  /// Notes that creations without an answer did not happen, so that they may be sent again.
  static func neverMade(_ rows: [RowKey]) -> SQL {
    """
    update jira_sync.links
    set state = 'creating', marker = null, attempted_at = null, creation_lookups = 0, last_error = null
    where \(isAmong(rows)) and state in ('creating', 'create_unknown')
    """
  }

  /// Ends links whose rows are gone; where the deletion policy has been carried out, that is recorded.
  ///
  /// - Parameters:
  ///   - rows: the ids of the rows.
  ///   - labels: what people called the rows at last, nil where no trigger told.
  ///   - bases: what is agreed on for each, nil where that stays as it was.
  ///   - times: when each was deleted, in seconds since 1970.
  ///   - releases: whether rows that are loaded again get other issues.
  /// - Returns: the statement.
  static func rowsGone(
    _ rows: [RowKey], labels: [String?], bases: [String?], times: [Double], releases: Bool
  ) -> SQL {
    """
    update jira_sync.links as l
    set state = 'row_gone', last_error = null, ended_at = to_timestamp(u.at), label = coalesce(u.label, l.label),
      ended_as = case when l.state in ('unlinked', 'issue_gone') then l.state end, base = coalesce(u.base::jsonb, l.base),
      released = l.released or (\(releases) and l.deletion_action is not null),
      deletion_action = case when l.deletion_action is not null then 'done' end
    from unnest(
      \(rows.map(\.table))::text[], \(rows.map(\.id))::text[], \(labels)::text[], \(bases)::text[], \(times)::float8[])
      as u(table_name, row_id, label, base, at)
    where l.table_name = u.table_name and l.row_id = u.row_id and l.state <> 'row_gone'
    """
  }

  /// Records values that were written.
  static func recording(_ changes: [Change]) -> SQL {
    """
    insert into jira_sync.changes (
      table_name, row_id, issue_key, side, field, mapping_field, cause, old_value, new_value, job_id, worker,
      author, author_at)
    select u.table_name, u.row_id, u.key, u.side, u.field, u.mapped, u.cause, u.old::jsonb, u.new::jsonb, u.job, u.worker,
      u.author, to_timestamp(u.author_at)
    from unnest(
      \(changes.map(\.rowKey.table))::text[], \(changes.map(\.rowKey.id))::text[], \(changes.map(\.issueKey))::text[],
      \(changes.map(\.side.rawValue))::text[], \(changes.map(\.field))::text[],
      \(changes.map(\.mappingField))::text[], \(changes.map(\.cause))::text[],
      \(changes.map(\.old.text))::text[], \(changes.map(\.new.text))::text[],
      \(changes.map(\.jobID))::bigint[], \(changes.map(\.worker))::uuid[],
      \(changes.map(\.author?.name))::text[], \(changes.map(\.author?.seconds))::float8[])
      as u(table_name, row_id, key, side, field, mapped, cause, old, new, job, worker, author, author_at)
    """
  }

  /// Writes columns of a row, provided that what they were made from is still as it was read; answers for each row that was
  /// written whether it holds that, or a trigger of its table made something else of it.
  static func writing(_ plan: Plan, rowKey: RowKey) -> SQL {
    let new = JSON.object(Dictionary(plan.rowWrites.map { ($0.column, $0.new) }) { $1 })
    var old = Dictionary(plan.rowWrites.map { ($0.column, $0.old) }) { $1 }
    old.merge(plan.rowGuard) { _, guarded in guarded }
    var assignments: SQL = ""
    for (index, write) in plan.rowWrites.enumerated() {
      let separator: SQL = index == 0 ? "" : ", "
      assignments =
        "\(assignments)\(separator)\(identifier: write.column) = r.\(identifier: write.column)"
    }
    return """
      update public.file_audit as f
      set \(assignments)
      from jsonb_populate_record(null::public.file_audit, \(new.text)::jsonb) as r
      where \(AuditTable.isRow(rowKey))
        and not exists (
          select from jsonb_each(\(JSON.object(old).text)::jsonb) as o(name, value)
          where coalesce(to_jsonb(f) -> o.name, 'null') is distinct from o.value)
      returning not exists (
        select from jsonb_each(\(new.text)::jsonb) as w(name, value)
        where coalesce(to_jsonb(f) -> w.name, 'null') is distinct from w.value) as is_kept
      """
  }

  /// Notes what is about to be sent to an issue.
  static func noting(_ base: Base, rowKey: RowKey) throws -> SQL {
    """
    update jira_sync.links set base = \(try base.text())::jsonb
    where \(isRow(rowKey)) and state <> 'row_gone'
    """
  }

  /// Enqueues jobs of one kind for rows.
  static func enqueuing(kind: String, rows: [RowKey]) -> SQL {
    """
    insert into jira_sync.jobs (kind, table_name, row_id)
    select \(kind), u.table_name, u.row_id
    from unnest(\(rows.map(\.table))::text[], \(rows.map(\.id))::text[]) as u(table_name, row_id)
    """
  }

  /// The condition that a link's row was deleted together with so many others that there is only a mark of it so far.
  ///
  /// - Parameters:
  ///   - alias: what has the link's `table_name` and `row_id`; a constant of the program.
  ///   - link: the column with the link's id.
  /// - Returns: the condition.
  static func isMarked(_ alias: String, link: String) -> SQL {
    SQL(
      unescaped: """
        exists (
          select from jira_sync.marks as m
          where m.table_name = \(alias).table_name and m.kind in ('deleted', 'truncated')
            and case when m.row_ids is null
              then \(alias).\(link) > m.done_link_id and \(alias).\(link) <= m.last_link_id
              else \(alias).row_id = any(m.row_ids) end)
        """)
  }

  /// The condition that a record of ours is about a row.
  static func isRow(_ row: RowKey) -> SQL {
    "table_name = \(row.table)::text and row_id = \(row.id)::text"
  }

  /// The condition that a record of ours is about one of some rows.
  static func isAmong(_ rows: [RowKey]) -> SQL {
    """
    (table_name, row_id) in (
      select * from unnest(\(rows.map(\.table))::text[], \(rows.map(\.id))::text[]))
    """
  }
}

extension Base {
  /// The base as it is stored with the link.
  func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
}
