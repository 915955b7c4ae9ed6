-- Ticks that fell due while the server was down, or before its pg_cron had begun, are made up for and counted, and nobody is
-- told of a missed schedule: a database that is stopped over night and started again is no cause for a message.

create or replace function jira_sync.take_tick(s jira_sync.schedules, taker text)
returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
    moment timestamptz := greatest(clock_timestamp(), s.next_tick_at);
    skipped bigint := 0;
    newest timestamptz := s.next_tick_at;
    job bigint;
    deserted boolean := taker <> s.keeper;
begin
    -- Whoever was away does not run what he missed one by one: one run makes up for all of it.
    select count(*), coalesce(max(t.tick), s.next_tick_at) into skipped, newest
    from jira_sync.ticks(s.cron, s.next_tick_at, moment, 10000) as t (tick);

    -- One that waits, or that failed and will be tried again, covers this tick.
    select j.id into job
    from jira_sync.jobs as j
    where j.state = 'ready' and j.key = s.kind and j.args = s.args
        and (j.attempt > 0 or j.run_at <= clock_timestamp())
    limit 1
    for key share skip locked;
    if job is null then
        insert into jira_sync.jobs (kind, args) values (s.kind, s.args) returning id into job;
    else
        perform jira_sync.wake();
    end if;

    -- Before the first tick nothing was promised.
    if s.last_tick_at is null then
        skipped := 0;
    end if;
    update jira_sync.schedules as r
    set last_tick_at = newest, ticked_at = clock_timestamp(), ticks = r.ticks + 1, last_job_id = job,
        missed = r.missed + skipped,
        last_missed_at = case when skipped > 0 then clock_timestamp() else r.last_missed_at end,
        next_tick_at = jira_sync.next_tick(s.cron, moment)
    where r.name = s.name;

    if skipped > 0 or deserted then
        -- While the server was down nobody could take a tick, and nobody has to do anything about it.
        if newest >= pg_postmaster_start_time() + interval '90 seconds' then
            perform jira_sync.emit(
                'schedule_missed', 'warning', 'schedule_missed:' || s.name, 'schedule ' || s.name,
                case when deserted then
                    format('pg_cron did not take the tick of %s at %s; a worker did, %s later', s.name,
                        to_char(s.next_tick_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
                        date_trunc('second', moment - s.next_tick_at))
                else
                    format('%s ticks of %s passed without anybody taking them, the first at %s', skipped, s.name,
                        to_char(s.next_tick_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'))
                end,
                case when s.keeper = 'pg_cron' then
                    'See what pg_cron says: select * from cron.job_run_details order by start_time desc limit 5'
                else 'Keep a worker running: jira-sync worker' end,
                job_id => job,
                details => jsonb_build_object('schedule', s.name, 'missed', skipped, 'keeper', s.keeper)
            );
        end if;
    else
        perform jira_sync.resolve_event('schedule_missed', 'schedule_missed:' || s.name,
            format('%s is on time again', s.name));
    end if;
    return job;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261127000003', 'ticks_of_a_stopped_server')
on conflict (version) do nothing;
