import JobQueue
import Postgres

extension FullSyncHandler {
  /// One batch: the jobs, and how far it is.
  struct Step: Sendable {
    let kind: String
    let args: String
    /// The id of the last row that was enqueued.
    let after: Int64
    let enqueued: Int
    let total: Int

    func statement(job: Int64) -> SQL {
      """
      with batch as materialized (
        select f.id from public.file_audit as f
        where f.id > \(after)::bigint
          and (f.has_technical_debt or exists (
            select from jira_sync.links as l
            where l.table_name = \(RowKey.standardTable) and l.row_id = f.id::text and l.state <> 'row_gone'))
        order by f.id limit \(FullSyncHandler.batch)::bigint
      ),
      enqueued as (
        insert into jira_sync.jobs (kind, table_name, row_id, priority, args)
        select \(kind), \(RowKey.standardTable), b.id::text, \(FullSyncHandler.priority)::integer, \(args)::jsonb from batch as b
        -- One that waits already covers it, unless it knows less.
        where not exists (
          select from jira_sync.jobs as j
          where j.state = 'ready' and j.key = 'row:' || \(RowKey.standardTable)::text || ':' || b.id and j.kind = \(kind)
            and j.args = \(args)::jsonb and j.attempt = 0 and j.run_at <= clock_timestamp())
      ),
      noted as (
        update jira_sync.jobs as j
        set args = j.args || jsonb_build_object(
          'after', (select max(b.id) from batch as b),
          'enqueued', \(enqueued)::bigint + (select count(*) from batch as b),
          'total', \(total)::bigint)
        where j.id = \(job)::bigint and exists (select from batch)
      ),
      -- With the first batch, so that it is asked for once.
      followed as materialized (
        select jira_sync.report_backfill(\(job)::bigint)
        where \(after)::bigint = \(Int64.min)::bigint and exists (select from batch)
      )
      select count(*) as count, max(b.id) as last, (select count(*) from followed) as followed
      from batch as b
      """
    }
  }
}
