-- A heartbeat that names what its worker holds looks at nothing else. While an old transaction holds up vacuum, every lease
-- there ever was stays in the index of what runs, and each heartbeat walked over it three times: 0.1 s after ten minutes.
-- Measured in docs/decisions/0008.

drop function jira_sync.pulse(uuid, boolean);

create function jira_sync.pulse(
    me uuid, falls_asleep boolean default false, look_back interval default null, holding bigint[] default null
)
returns table (
    known boolean, paused boolean, due_now boolean, due_in double precision, rescue_in double precision,
    cancelled bigint[], held bigint[], maintenance_due boolean
)
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
-- Whatever the statistics say, which are of a moment when nothing waited and nothing ran.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
declare
    mine jira_sync.workers;
    begin_of_window timestamptz := coalesce(clock_timestamp() - look_back, '-infinity');
    earliest timestamptz;
    expiry timestamptz;
begin
    update jira_sync.workers as w
    set
        seen_at = clock_timestamp(),
        in_touch_since = case
            when w.seen_at + w.lease < clock_timestamp() then clock_timestamp()
            else w.in_touch_since
        end,
        asleep = w.asleep or falls_asleep
    where w.incarnation = me
    returning w.* into mine;
    known := found;

    select c.paused_at is not null, c.maintained_at < now() - interval '1 hour'
    into paused, maintenance_due
    from jira_sync.control as c;

    -- For who sleeps: whether something is due that could be claimed, and when the next job will be. Of priority 0 only
    -- what fell due within `look_back` is read: what came before was dealt with, as the worker knows.
    due_now := false;
    if mine.asleep then
        due_now := exists (
            select from jira_sync.jobs as j
            where j.state = 'ready' and j.priority = 0
                and j.run_at <= clock_timestamp() and j.run_at >= begin_of_window
                and j.kind = any(mine.kinds)
                and not exists (
                    select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key
                )
        ) or exists (
            select from jira_sync.jobs as j
            where j.state = 'ready' and j.priority <> 0 and j.run_at <= clock_timestamp()
                and j.kind = any(mine.kinds)
                and not exists (
                    select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key
                )
        );
        select j.run_at into earliest from jira_sync.jobs as j
        where j.state = 'ready' and j.priority = 0 and j.run_at > now() and j.kind = any(mine.kinds)
        order by j.run_at limit 1;
        select least(earliest, min(j.run_at)) into earliest from jira_sync.jobs as j
        where j.state = 'ready' and j.priority <> 0 and j.run_at > now() and j.kind = any(mine.kinds);
        due_in := extract(epoch from earliest - clock_timestamp());
    end if;

    -- Who says what it holds is told of these jobs alone, which the primary key finds: a lease has a worker just as long
    -- as its job runs.
    if holding is not null then
        select
            coalesce(array_agg(j.id) filter (where j.cancel_requested), '{}'),
            coalesce(array_agg(j.token), '{}')
        into cancelled, held
        from jira_sync.jobs as j
        where j.id = any(holding) and j.worker = me;
        return next;
        return;
    end if;

    -- When the next lease of somebody else ends, if it is not renewed.
    select min(coalesce(w.seen_at + w.lease, '-infinity')) into expiry
    from jira_sync.jobs as j
    left join jira_sync.workers as w on w.incarnation = j.worker
    where j.state = 'running' and j.worker <> me;
    if expiry is not null then
        rescue_in := extract(epoch from greatest(
            expiry, mine.in_touch_since + mine.lease, pg_postmaster_start_time() + mine.lease
        ) - clock_timestamp());
    end if;

    select
        coalesce(array_agg(j.id) filter (where j.cancel_requested), '{}'),
        coalesce(array_agg(j.token), '{}')
    into cancelled, held
    from jira_sync.jobs as j
    where j.state = 'running' and j.worker = me;
    return next;
end;
$$;
comment on function jira_sync.pulse(uuid, boolean, interval, bigint[]) is
'One heartbeat: renews all leases of the worker and says what it should know.';

revoke execute on function jira_sync.pulse(uuid, boolean, interval, bigint[]) from public;
do $$
declare
    grantee text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format(
                'grant execute on function jira_sync.pulse(uuid, boolean, interval, bigint[]) to %I', grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261127000002', 'cheaper_pulses')
on conflict (version) do nothing;
