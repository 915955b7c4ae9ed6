-- What people look at: the status with poller and schedules, and the attempts that failed.

-- Among a million attempts the few that failed are found by this; those that succeed do not pay for it.
create index job_history_failed on jira_sync.job_history (finished_at)
where outcome in ('refused', 'dead', 'crashed');

create or replace view jira_sync.status
with (security_invoker = true)
as
select
    s.base_url as site,
    s.project_key as project,
    c.paused_at,
    c.pause_reason,
    j.due,
    j.later,
    j.running,
    j.dead,
    j.oldest_due,
    w.workers,
    w.workers_asleep,
    l.linked,
    l.creating,
    l.create_unknown,
    l.with_error,
    k.open_conflicts,
    p.watermark_at as poll_watermark,
    p.last_finished_at as polled_at,
    p.failing_since as poll_failing_since,
    p.last_error as poll_error,
    p.swept_at,
    d.schedules,
    d.next_tick_at,
    d.missed_ticks,
    clock_timestamp() - p.last_finished_at as poll_lag
from jira_sync.control as c
left join jira_sync.site as s on s.singleton
left join jira_sync.polls as p on s.project_key = p.project_key
cross join lateral (
    select
        count(*) filter (where state = 'ready' and run_at <= now()) as due,
        count(*) filter (where state = 'ready' and run_at > now()) as later,
        count(*) filter (where state = 'running') as running,
        count(*) filter (where state = 'dead') as dead,
        min(run_at) filter (where state = 'ready' and run_at <= now()) as oldest_due
    from jira_sync.jobs
) as j
cross join lateral (
    select
        count(*) as workers,
        count(*) filter (where asleep) as workers_asleep
    from jira_sync.workers where seen_at + greatest(lease, interval '15 s') > clock_timestamp()
) as w
cross join lateral (
    select
        count(*) filter (where state = 'linked') as linked,
        count(*) filter (where state = 'creating') as creating,
        count(*) filter (where state = 'create_unknown') as create_unknown,
        count(*) filter (where last_error is not null) as with_error
    from jira_sync.links
) as l
cross join lateral (
    select count(*) as open_conflicts
    from jira_sync.conflicts where winner = 'nobody' and resolved_at is null
) as k
cross join lateral (
    select
        count(*) as schedules,
        min(next_run) as next_tick_at,
        coalesce(sum(missed), 0)::bigint as missed_ticks
    from jira_sync.schedule_list
) as d;
comment on view jira_sync.status is
'The whole system in one row: site, queue, workers, links, conflicts, poller, schedules.';

insert into jira_sync.migrations (version, name) values ('20261124030002', 'status')
on conflict (version) do nothing;
