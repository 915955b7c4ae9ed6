import JobQueue
import Logging
import Postgres

/// Gives rows that were loaded again under another id the issue that carried their label last.
struct ReloadedRows: RowRunPart {
  let context: RowContext

  /// A row loaded again under another id keeps the issue of the row of its path that is gone.
  func withoutRelinked(_ items: [WorkItem]) async throws -> [WorkItem] {
    let labels = items.map(\.label)
    let result = try await database.query(
      """
      select distinct on (l.label) l.id, l.label,
        l.state = 'row_gone' as gone,
        exists (
          select from jira_sync.jobs as j
          where j.key = 'row:' || l.table_name || ':' || l.row_id and j.state in ('ready', 'running')
            and j.args ? 'deleted') or \(RowStore.isMarked("l", link: "id")) as going
      from jira_sync.links as l
      -- Whether JIRA made an issue for a row that is gone may not be known yet: it is searched for, not made twice.
      -- And what a person unlinked gets no issue, had it one or not.
      where l.table_name = \(RowKey.standardTable) and l.label = any(\(labels)::text[])
        and (l.issue_id is not null or l.marker is not null or l.ended_as = 'unlinked')
        and not l.released
        -- A link that has ended may have been of the very row that is there again.
        and (l.state = 'row_gone' or not exists (
          select from public.file_audit as f
          where f.id::text = l.row_id and f.file_path = l.label))
      -- The one that carried the label last; ids say nothing of that, for rows are renamed.
      order by l.label, l.state = 'row_gone', l.ended_at desc nulls last, l.id desc
      """, doing: "looking for issues of rows that were loaded again")
    var former: [String: (link: Int64, gone: Bool, going: Bool)] = [:]
    for row in result.rows {
      former[try row.get("label")] = (
        try row.get("id"), try row.get("gone"), try row.get("going")
      )
    }
    var rest: [WorkItem] = []
    for item in items {
      guard let known = former[item.label], known.gone || known.going else {
        rest.append(item)
        continue
      }
      guard known.gone else {
        // Its deletion is on its way through the queue.
        try await run.settle(
          item.job,
          as: .postponed("waits for the deletion of the row it replaces", after: .seconds(1)))
        continue
      }
      let held = try await run.write(for: [item.job], doing: "giving \(item.label) its issue back")
      {
        transaction, _ in
        _ = try await transaction.query(
          """
          update jira_sync.links
          set table_name = \(item.rowKey.table), row_id = \(item.rowKey.id), deletion_action = null,
            state = coalesce(ended_as, case when issue_id is null then 'create_unknown' else 'linked' end),
            last_error = case when ended_as = 'issue_gone' then issue_key || ' was deleted, or moved out of sight' end,
            ended_as = null, ended_at = null
          where id = \(known.link)::bigint and state = 'row_gone'
            and not exists (
              select from jira_sync.links as o
              where o.table_name = \(item.rowKey.table) and o.row_id = \(item.rowKey.id)
                and o.state <> 'row_gone')
          """, doing: "giving \(item.label) its issue back")
        return [(item.job, .postponed("linked again, to be reconciled", after: .zero))]
      }
      guard !held.isEmpty else { continue }
      logger.info("row \(item.label) was loaded again and keeps its issue")
    }
    return rest
  }
}
