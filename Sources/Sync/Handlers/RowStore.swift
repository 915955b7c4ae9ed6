import JSON
import Jira
import JobQueue
import Postgres

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The statements about rows, links, changes and conflicts.
enum RowStore {
  /// Reads the rows and links of jobs.
  static func items(for jobs: [Job], database: PostgresClient) async throws -> [WorkItem] {
    let ids = jobs.compactMap(\.fileAuditID)
    let statement: SQL =
      """
      select row_id, content, link_id, state, file_path, issue_id, issue_key, marker, last_error, base, looks,
        write_token, turns, farewell, issue_updated, read_at, conflicts, parked, since_attempt
      from jira_sync.rows_with_links(\(ids)::bigint[])
      """
    let result = try await database.query(
      statement.prepared(), doing: "reading \(ids.count) rows and their links")
    var items: [Int64: WorkItem] = [:]
    let byRow = Dictionary(jobs.compactMap { job in job.fileAuditID.map { ($0, job) } }) { $1 }
    for row in result.rows {
      let id: Int64 = try row.get("row_id")
      guard let job = byRow[id] else { continue }
      var item = WorkItem(job: job, rowID: id)
      if let text = try row.get("content", as: String?.self) {
        item.row = try JSON(parsing: text).object
      }
      if let linkID = try row.get("link_id", as: Int64?.self) {
        item.link = try link(row, id: linkID)
      }
      item.readAt = try row.get("read_at")
      if let text = try row.get("conflicts", as: String?.self) {
        item.conflicts = (try JSON(parsing: text).array ?? []).compactMap(LiveConflict.init)
      }
      if let text = try row.get("parked", as: String?.self) {
        item.parked = (try JSON(parsing: text).object ?? [:]).compactMapValues(\.string)
      }
      items[id] = item
    }
    return jobs.compactMap { job in job.fileAuditID.flatMap { items[$0] } }
  }

  private static func link(_ row: PostgresRow, id: Int64) throws -> Link {
    let state: String = try row.get("state")
    let base = try row.get("base", as: String?.self)
    return Link(
      id: id, state: LinkState(rawValue: state) ?? .unlinked, filePath: try row.get("file_path"),
      issueID: try row.get("issue_id", as: String?.self),
      issueKey: try row.get("issue_key", as: String?.self),
      marker: try row.get("marker", as: UUID?.self),
      lastError: try row.get("last_error", as: String?.self),
      base: try base.map { try JSONDecoder().decode(Base.self, from: Data($0.utf8)) },
      sinceAttempt: try row.get("since_attempt", as: Double?.self).map { .seconds($0) },
      looks: try row.get("looks"), issueUpdated: try row.get("issue_updated", as: Int64?.self),
      writeToken: try row.get("write_token", as: Int64?.self),
      farewell: try row.get("farewell", as: String?.self).flatMap(Link.Farewell.init),
      turns: SideChanges(try row.get("turns", as: String?.self).map { try JSON(parsing: $0) }))
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
    insert into jira_sync.links (file_audit_id, file_path, marker, state, attempted_at, base, base_raw)
    select u.row_id, u.path, u.marker, 'creating', clock_timestamp(), u.base::jsonb, u.raw::jsonb
    from unnest(
      \(intents.map(\.draft.item.rowID))::bigint[], \(intents.map(\.draft.item.filePath))::text[],
      \(intents.map(\.draft.marker))::uuid[], \(intents.map(\.baseText))::text[],
      \(intents.map { JSON.object($0.draft.plan.newBase.columns).text })::text[])
      as u(row_id, path, marker, base, raw)
    on conflict (file_audit_id) where state <> 'row_gone' do update
    set marker = excluded.marker, state = 'creating', last_error = null, looks = 0,
      file_path = excluded.file_path, attempted_at = excluded.attempted_at,
      base = excluded.base, base_raw = excluded.base_raw
    """
  }

  /// Stores what came of pairs of row and issue.
  static func linking(_ pairs: [LinkedPair]) -> SQL {
    """
    update jira_sync.links as l
    set state = 'linked', issue_id = u.issue_id, issue_key = u.issue_key, file_path = u.path,
      base = u.base::jsonb, base_raw = u.base_raw::jsonb, last_error = u.error, looks = 0,
      issue_updated = coalesce(to_timestamp(u.updated), l.issue_updated),
      write_token = coalesce(u.token, l.write_token), turns = u.turns::jsonb,
      synced_at = case when u.error is null then clock_timestamp() else l.synced_at end
    from unnest(
      \(pairs.map(\.rowID))::bigint[], \(pairs.map(\.issueID))::text[],
      \(pairs.map(\.issueKey))::text[], \(pairs.map(\.filePath))::text[],
      \(pairs.map(\.baseText))::text[], \(pairs.map(\.rawText))::text[],
      \(pairs.map(\.error))::text[], \(pairs.map(\.updatedSeconds))::float8[],
      \(pairs.map(\.writeToken))::bigint[], \(pairs.map(\.turnsText))::text[])
      as u(row_id, issue_id, issue_key, path, base, base_raw, error, updated, token, turns)
    where l.file_audit_id = u.row_id and l.state <> 'row_gone'
    """
  }

  /// Notes that something stands in the way of links.
  static func failing(_ failures: [(rowID: Int64, error: String, clearsMarker: Bool)]) -> SQL {
    """
    update jira_sync.links as l
    set last_error = u.error, marker = case when u.clears then null else l.marker end,
      attempted_at = case when u.clears then null else l.attempted_at end
    from unnest(
      \(failures.map(\.rowID))::bigint[], \(failures.map(\.error))::text[],
      \(failures.map(\.clearsMarker))::boolean[]) as u(row_id, error, clears)
    where l.file_audit_id = u.row_id and l.state <> 'row_gone'
    """
  }

  /// Notes that creations were surely not sent: nothing is to be looked for.
  static func notSent(_ rows: [Int64]) -> SQL {
    """
    update jira_sync.links set marker = null, attempted_at = null
    where file_audit_id = any(\(rows)::bigint[]) and state = 'creating'
    """
  }

  /// Notes that nobody knows whether issues were made, and how often they were looked for.
  static func unknown(_ rows: [(rowID: Int64, error: String, looks: Int)]) -> SQL {
    """
    update jira_sync.links as l
    set state = 'create_unknown', last_error = u.error, looks = u.looks
    from unnest(
      \(rows.map(\.rowID))::bigint[], \(rows.map(\.error))::text[],
      \(rows.map(\.looks))::integer[]) as u(row_id, error, looks)
    where l.file_audit_id = u.row_id and l.state in ('creating', 'create_unknown')
    """
  }

  /// Notes that creations without an answer did not happen, so that they may be sent again.
  static func neverMade(_ rows: [Int64]) -> SQL {
    """
    update jira_sync.links
    set state = 'creating', marker = null, attempted_at = null, looks = 0, last_error = null
    where file_audit_id = any(\(rows)::bigint[]) and state in ('creating', 'create_unknown')
    """
  }

  /// Ends links whose rows are gone; where leave was taken of the issue, that is done now.
  ///
  /// - Parameters:
  ///   - rows: the ids of the rows.
  ///   - bases: what is agreed on for each, nil where that stays as it was.
  ///   - releases: whether rows that are loaded again get other issues.
  /// - Returns: the statement.
  static func rowsGone(_ rows: [Int64], bases: [String?], releases: Bool) -> SQL {
    """
    update jira_sync.links as l
    set state = 'row_gone', last_error = null,
      ended_as = case when l.state in ('unlinked', 'issue_gone') then l.state end, base = coalesce(u.base::jsonb, l.base),
      released = l.released or (\(releases) and l.farewell is not null),
      farewell = case when l.farewell is not null then 'done' end
    from unnest(\(rows)::bigint[], \(bases)::text[]) as u(row_id, base)
    where l.file_audit_id = u.row_id and l.state <> 'row_gone'
    """
  }

  /// Records values that were written.
  static func recording(_ changes: [Change]) -> SQL {
    """
    insert into jira_sync.changes (
      file_audit_id, issue_key, side, field, mapping_field, cause, old_value, new_value, job_id, worker,
      author, author_at)
    select u.row_id, u.key, u.side, u.field, u.mapped, u.cause, u.old::jsonb, u.new::jsonb, u.job, u.worker,
      u.author, to_timestamp(u.author_at)
    from unnest(
      \(changes.map(\.rowID))::bigint[], \(changes.map(\.issueKey))::text[],
      \(changes.map(\.side.rawValue))::text[], \(changes.map(\.field))::text[],
      \(changes.map(\.mappingField))::text[], \(changes.map(\.cause))::text[],
      \(changes.map(\.old.text))::text[], \(changes.map(\.new.text))::text[],
      \(changes.map(\.jobID))::bigint[], \(changes.map(\.worker))::uuid[],
      \(changes.map(\.author?.name))::text[], \(changes.map(\.author?.seconds))::float8[])
      as u(row_id, key, side, field, mapped, cause, old, new, job, worker, author, author_at)
    """
  }

  /// Writes columns of a row, provided that what they were made from is still as it was read; answers for each row that was
  /// written whether it holds that, or a trigger of its table made something else of it.
  static func writing(_ plan: Plan, rowID: Int64) -> SQL {
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
      where f.id = \(rowID)::bigint
        and not exists (
          select from jsonb_each(\(JSON.object(old).text)::jsonb) as o(name, value)
          where coalesce(to_jsonb(f) -> o.name, 'null') is distinct from o.value)
      returning not exists (
        select from jsonb_each(\(new.text)::jsonb) as w(name, value)
        where coalesce(to_jsonb(f) -> w.name, 'null') is distinct from w.value) as is_kept
      """
  }

  /// Notes what is about to be sent to an issue.
  static func noting(_ base: Base, rowID: Int64) throws -> SQL {
    """
    update jira_sync.links set base = \(try base.text())::jsonb
    where file_audit_id = \(rowID)::bigint and state <> 'row_gone'
    """
  }

  /// Enqueues jobs of one kind for rows.
  static func enqueuing(kind: String, rows: [Int64]) -> SQL {
    """
    insert into jira_sync.jobs (kind, file_audit_id)
    select \(kind), u.id from unnest(\(rows)::bigint[]) as u(id)
    """
  }
}
