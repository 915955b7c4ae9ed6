-- A heartbeat that names what its worker holds looks at nothing else. While an old transaction holds up vacuum, every lease
-- there ever was stays in the index of what runs, and each heartbeat walked over it three times: 0.1 s after ten minutes.
-- So does every version of a worker's own row, which a claim neither reads nor writes where that was done a moment ago.
-- Measured in docs/decisions/0008.

drop function jira_sync.claim(uuid, text[], integer, boolean, boolean, interval);

create function jira_sync.claim(
    claimer uuid, claimed_kinds text[], job_limit integer, holds_nothing boolean,
    lowest_first boolean default false, look_back interval default null, is_seen boolean default false
)
returns setof jira_sync.jobs
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
-- Whatever the statistics say, which are of a moment when nothing waited and nothing ran: in the order of the index,
-- never by collecting and sorting what waits, reading a full table, or comparing each job with each that runs.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_material = off
as $$
declare
    moment timestamptz := clock_timestamp();
    earliest timestamptz := coalesce(clock_timestamp() - look_back, '-infinity');
    levels integer[];
    level integer;
    ids bigint[] := '{}';
    keys text[] := '{}';
    more_ids bigint[];
    more_keys text[];
    alone boolean;
    crowded boolean;
    keyless bigint[] := '{}';
    chosen integer;
begin
    -- 0. Nothing is claimed while paused.
    if exists (select from jira_sync.control as c where c.paused_at is not null) then
        return;
    end if;

    -- 1. A job that was running in a crash runs alone: a worker with empty hands takes just it. One that waits
    --    for five seconds makes busy workers finish what they hold first. Here as below a key has one claimer: who does
    --    not get the lock leaves the key to the one that has it.
    select array_agg(s.id), array_agg(s.key) into ids, keys
    from (
        select j.id, j.key
        from jira_sync.jobs as j
        where j.state = 'ready' and j.crashes > 0
            and j.run_at <= moment - case when holds_nothing then interval '0' else interval '5 s' end
            and j.kind = any(claimed_kinds)
            and (
                select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = j.key limit 1
            ) is null
        order by j.run_at
        limit 1
        for update skip locked
    ) as s
    where s.key is null or pg_try_advisory_xact_lock(1784835698, hashtext(s.key));
    alone := ids is not null;
    if alone and not holds_nothing then
        return;
    end if;

    -- 2. Else whatever is due, the most urgent first, level by level, so that rows of the future are never read.
    --    `lowest_first` turns the order round now and then: nothing starves. Of priority 0 only what fell due within
    --    `look_back` is read: what came before was dealt with, as the claimer knows.
    if not alone then
        levels := array(
            with recursive ranks (priority) as (
                (
                    select j.priority from jira_sync.jobs as j
                    where j.state = 'ready' and j.priority <> 0 order by j.priority desc limit 1
                )
                union all
                select (
                    select j.priority from jira_sync.jobs as j
                    where j.state = 'ready' and j.priority <> 0 and j.priority < r.priority
                    order by j.priority desc limit 1
                )
                from ranks as r where r.priority is not null
            )
            select r.priority from ranks as r where r.priority is not null
            union all
            select 0
            order by 1 desc
        );
    end if;
    -- Nearly always no key of what is due runs already, and then that need not be asked twice of each. Where one does, the
    -- choice is made once more, passing over those that do.
    for pass in 1..2 loop
        if not alone then
            ids := '{}';
            keys := '{}';
            for place in 1..cardinality(levels) loop
                level := levels[case when lowest_first then cardinality(levels) + 1 - place else place end];
                if level = 0 then
                    select array_agg(s.id), array_agg(s.key) into more_ids, more_keys
                    from (
                        select j.id, j.key from jira_sync.jobs as j
                        where j.state = 'ready' and j.priority = 0
                            and j.run_at <= moment and j.run_at >= earliest
                            and j.crashes = 0 and j.kind = any(claimed_kinds)
                            and (
                                pass = 1
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'running' and r.key = j.key limit 1
                                ) is null
                            )
                        order by j.run_at, j.id
                        limit job_limit - cardinality(ids)
                        for update skip locked
                    ) as s
                    where s.key is null or pg_try_advisory_xact_lock(1784835698, hashtext(s.key));
                else
                    select array_agg(s.id), array_agg(s.key) into more_ids, more_keys
                    from (
                        select j.id, j.key from jira_sync.jobs as j
                        where j.state = 'ready' and j.priority <> 0 and j.priority = level
                            and j.run_at <= moment
                            and j.crashes = 0 and j.kind = any(claimed_kinds)
                            and (
                                pass = 1
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'running' and r.key = j.key limit 1
                                ) is null
                            )
                        order by j.run_at, j.id
                        limit job_limit - cardinality(ids)
                        for update skip locked
                    ) as s
                    where s.key is null or pg_try_advisory_xact_lock(1784835698, hashtext(s.key));
                end if;
                ids := ids || coalesce(more_ids, '{}');
                keys := keys || coalesce(more_keys, '{}');
                exit when cardinality(ids) >= job_limit;
            end loop;
        end if;
        if cardinality(ids) = 0 then
            return;
        end if;

        -- 3. A new snapshot, taken after the locks on the keys: what was claimed by somebody else meanwhile shows now. A
        --    key with a job that has to run alone is not taken along with others.
        keyless := '{}';
        if array_position(keys, null) is not null then
            keyless := array(select u.id from unnest(ids, keys) as u (id, key) where u.key is null);
        end if;
        chosen := cardinality(ids) - cardinality(keyless);
        --    Whether anything waits beside the chosen job is asked, not how much does; and whether a job has to run alone
        --    is asked for a key only where there is such a job at all.
        select
            coalesce(array_agg(k.id), '{}'), coalesce(array_agg(k.key), '{}'), coalesce(bool_or(k.other is not null), false)
        into ids, keys, crowded
        from (
            select
                u.id,
                u.key,
                (
                    select j.id from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = u.key and j.id <> u.id limit 1
                ) as other
            from unnest(ids, keys) as u (id, key)
            where u.key is not null
                and (
                    select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = u.key limit 1
                ) is null
                and (
                    alone
                    or not exists (select from jira_sync.jobs as j where j.state = 'ready' and j.crashes > 0)
                    or (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = u.key and j.crashes > 0 limit 1
                    ) is null
                )
        ) as k;
        exit when alone or cardinality(ids) = chosen;
    end loop;

    -- 4. Nearly always each key has just the job that was chosen, and nothing is to be merged.
    if not crowded then
        return query
        update jira_sync.jobs as j
        set
            state = 'running',
            worker = claimer,
            token = nextval('jira_sync.lease_tokens'),
            started_at = clock_timestamp(),
            attempt = j.attempt + 1
        where j.id = any(ids || keyless)
        returning j.*;
    else
        -- 5. Else the oldest row of each key survives and covers the others. A row that somebody has locked (a change not
        --    yet committed relies on it) is left alone: it runs afterwards.
        return query
        with locked as materialized (
            select j.* from jira_sync.jobs as j
            where j.state = 'ready' and j.key = any(keys)
            for update skip locked
        ),
        merged as (
            select
                min(l.id) as id,
                case when count(distinct l.kind) = 1 then min(l.kind) else 'sync' end as kind,
                max(l.priority) as priority,
                min(l.attempt) as attempt,
                max(l.crashes) as crashes,
                max(l.max_attempts) as max_attempts,
                min(l.created_at) as created_at,
                array_agg(l.id) as ids
            from locked as l
            group by l.key
        ),
        covered as (
            delete from jira_sync.jobs as j
            using merged as m
            where cardinality(m.ids) > 1 and j.id = any(m.ids) and j.id <> m.id
        ),
        chosen as (
            select
                m.id, m.kind, m.priority, m.attempt, m.crashes, m.max_attempts, m.created_at, m.ids
            from merged as m
            union all
            select
                j.id, j.kind, j.priority, j.attempt, j.crashes, j.max_attempts, j.created_at, null
            from jira_sync.jobs as j
            where j.id = any(keyless)
        )
        update jira_sync.jobs as j
        set
            state = 'running',
            worker = claimer,
            token = nextval('jira_sync.lease_tokens'),
            started_at = clock_timestamp(),
            attempt = c.attempt + 1,
            kind = c.kind,
            priority = c.priority,
            crashes = c.crashes,
            max_attempts = c.max_attempts,
            created_at = c.created_at,
            merged = case
                when cardinality(c.ids) > 1 then array(
                    select distinct l.id from (
                        select unnest(c.ids) as id
                        union all
                        select unnest(o.merged) from locked as o where o.id = any(c.ids)
                    ) as l
                    where l.id <> c.id
                    order by l.id
                )
                else j.merged
            end,
            -- The union; where two name the same member the older one wins, since it saw the state of before.
            args = case
                when cardinality(c.ids) > 1 then coalesce((
                    select jsonb_object_agg(a.name, a.value order by o.id desc)
                    from locked as o cross join lateral jsonb_each(o.args) as a (name, value)
                    where o.id = any(c.ids)
                ), '{}')
                else j.args
            end
        from chosen as c
        where j.id = c.id
        returning j.*;
    end if;

    -- 6. Who has work is seen, and is not asleep. Leases of a worker that nobody knows would end at once. Whoever did this a
    --    moment ago says so: while an old transaction holds up vacuum all versions of its row stay, and each claim would
    --    walk over them.
    if not is_seen then
        update jira_sync.workers as w
        set
            seen_at = clock_timestamp(),
            in_touch_since = case
                when w.seen_at + w.lease < clock_timestamp() then clock_timestamp()
                else w.in_touch_since
            end,
            asleep = false
        where w.incarnation = claimer;
        if not found then
            raise exception 'worker % is not registered', claimer using
                errcode = 'object_not_in_prerequisite_state',
                hint = 'Call jira_sync.register() first.';
        end if;
    end if;
end;
$$;
comment on function jira_sync.claim(uuid, text[], integer, boolean, boolean, interval, boolean) is
'Takes leases on due jobs: one a key, the others of the key merged into it.';

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

do $$
declare
    made text;
    grantee text;
begin
    foreach made in array array[
        'jira_sync.claim(uuid, text[], integer, boolean, boolean, interval, boolean)',
        'jira_sync.pulse(uuid, boolean, interval, bigint[])'
    ] loop
        execute format('revoke execute on function %s from public', made);
        foreach grantee in array array['jira_sync_worker', 'service_role'] loop
            if exists (select from pg_catalog.pg_roles where rolname = grantee) then
                execute format('grant execute on function %s to %I', made, grantee);
            end if;
        end loop;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261127000002', 'cheaper_pulses')
on conflict (version) do nothing;
