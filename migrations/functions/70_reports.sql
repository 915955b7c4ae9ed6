-- Views for people and programs.

drop view if exists jira_sync.status;
drop view if exists jira_sync.schedule_list;

create view jira_sync.schedule_list
with (security_invoker = true)
as
select s.name, s.kind, s.cron, s.scheduler, s.scheduler_reason, s.set_by, s.last_tick_at as last_run,
    s.next_tick_at as next_run, s.last_missed_at, s.last_job_id, h.outcome as last_outcome,
    h.finished_at as last_finished_at, s.args,
    s.missed + case
        when s.last_tick_at is null or s.next_tick_at > now() - interval '90 seconds' then 0
        else (select count(*) from jira_sync.ticks(s.cron, s.next_tick_at - interval '1 microsecond', now(), 1000))
    end as missed
from jira_sync.schedules as s
left join lateral (
    select r.outcome, r.finished_at from jira_sync.job_history as r
    where r.id = s.last_job_id order by r.finished_at desc limit 1
) as h on true
where s.enabled;
comment on view jira_sync.schedule_list is
'The schedules that are enabled: when they last ran and will run next, what runs them, and how many ticks were missed.';

create view jira_sync.status
with (security_invoker = true)
as
select s.base_url as site, s.project_key as project, c.paused_at, c.pause_reason, j.due, j.later, j.running, j.dead,
    j.oldest_due, w.workers, w.workers_asleep, l.linked, l.creating, l.create_unknown, l.with_error, k.open_conflicts,
    p.watermark_at as poll_watermark, p.last_finished_at as polled_at, p.failing_since as poll_failing_since,
    p.last_error as poll_error, p.swept_at, d.schedules, d.next_tick_at, d.missed_ticks,
    clock_timestamp() - p.last_finished_at as poll_lag
from jira_sync.control as c
left join jira_sync.site as s on s.singleton
left join jira_sync.polls as p on s.project_key = p.project_key
cross join lateral (
    select count(*) filter (where state = 'ready' and run_at <= now()) as due,
        count(*) filter (where state = 'ready' and run_at > now()) as later,
        count(*) filter (where state = 'running') as running, count(*) filter (where state = 'dead') as dead,
        min(run_at) filter (where state = 'ready' and run_at <= now()) as oldest_due
    from jira_sync.jobs
) as j
cross join lateral (
    select count(*) as workers, count(*) filter (where asleep) as workers_asleep
    from jira_sync.workers where seen_at + greatest(lease, interval '15 s') > clock_timestamp()
) as w
cross join lateral (
    select count(*) filter (where state = 'linked') as linked, count(*) filter (where state = 'creating') as creating,
        count(*) filter (where state = 'create_unknown') as create_unknown,
        count(*) filter (where last_error is not null) as with_error
    from jira_sync.links
) as l
cross join lateral (
    select count(*) as open_conflicts from jira_sync.conflicts where winner = 'open' and resolved_at is null
) as k
cross join lateral (
    select count(*) as schedules, min(next_run) as next_tick_at, coalesce(sum(missed), 0)::bigint as missed_ticks
    from jira_sync.schedule_list
) as d;
comment on view jira_sync.status is 'The whole system in one row: site, queue, workers, links, conflicts, poller, schedules.';

-- A function and not a view: a view would prevent ALTER TABLE of the columns that it reads.
create or replace function jira_sync.debt_spans()
returns table (
    table_name text, row_id text, label text, layer text, workflows jsonb, debt_text text, issue_key text,
    linked_at timestamptz, opened_at timestamptz, closed_at timestamptz
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select 'file_audit', r.row_id, r.label, r.layer, r.workflows, r.debt_text, l.issue_key, l.created_at,
        -- Debt that existed when the system was installed is no growth.
        case
            when l.created_at is null or l.created_at < s.bound_at + interval '1 hour' then '-infinity'
            else l.created_at
        end, case when not r.has_debt then coalesce(c.closed_at, l.synced_at, l.created_at) end
    from (
        -- Columns by name through jsonb: a table that existed before may lack any of them.
        select j.doc ->> 'id' as row_id, j.doc ->> 'file_path' as label,
            coalesce(nullif(j.doc ->> 'layer_name', ''), 'no layer') as layer,
            case when jsonb_typeof(j.doc -> 'workflows') = 'array' then j.doc -> 'workflows' else '[]' end as workflows,
            j.doc ->> 'technical_debt' as debt_text,
            coalesce(j.doc ->> 'has_technical_debt', 'false') not in ('false', 'f') as has_debt
        from public.file_audit as f
        cross join lateral (select to_jsonb(f) as doc) as j
    ) as r
    left join lateral (
        select k.issue_key, k.created_at, k.synced_at from jira_sync.links as k
        where k.table_name = 'file_audit' and k.row_id = r.row_id and k.state <> 'row_gone' limit 1
    ) as l on true
    left join lateral (
        select max(k.at) as closed_at from jira_sync.changes as k
        where not r.has_debt and k.table_name = 'file_audit' and k.row_id = r.row_id
            and k.field in ('has_technical_debt', 'audit_status')
    ) as c on true
    left join jira_sync.site as s on s.singleton
    where r.has_debt or l.created_at is not null;
end;
$$;
comment on function jira_sync.debt_spans() is
'From when to when each row has debt: from its link to the last change of its status. Without a link, always.';
