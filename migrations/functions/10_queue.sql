-- The job queue: enqueue, claim, leases, heartbeat, settlement, rescue. It knows nothing of JIRA or of synced tables.

-- Wake-up

create or replace function jira_sync.wake()
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- NOTIFY takes a lock that every commit waits for, so it is sent only to a sleeping worker, and not while the queue is
    -- paused. A worker without a heartbeat for half a minute does not sleep but is lost. PREPARE TRANSACTION refuses NOTIFY.
    if current_setting('max_prepared_transactions') = '0'
        and exists (select from jira_sync.control as c where c.paused_at is null)
        and (
            -- These read as of their beginning, and do not see which workers fell asleep since.
            current_setting('transaction_isolation') in ('repeatable read', 'serializable')
            or exists (
                select from jira_sync.workers as w
                where w.asleep and w.seen_at > clock_timestamp() - interval '30 seconds'
            )
        )
    then
        perform pg_notify('jira_sync', '');
    end if;
end;
$$;
comment on function jira_sync.wake() is 'Wakes sleeping workers once the transaction commits.';

create or replace function jira_sync.jobs_changed()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform jira_sync.wake();
    return null;
end;
$$;
comment on function jira_sync.jobs_changed() is 'Trigger: at most one NOTIFY for each statement.';

select jira_sync.ensure_trigger('jira_sync.jobs', 'jobs_inserted',
    'after insert on jira_sync.jobs for each statement execute function jira_sync.jobs_changed()');
select jira_sync.ensure_trigger('jira_sync.jobs', 'jobs_rescheduled',
    'after update of run_at on jira_sync.jobs for each statement execute function jira_sync.jobs_changed()');

-- Claim

create or replace function jira_sync.quarantined_job(
    claimer uuid, claimed_kinds text[], is_idle boolean, earliest timestamptz, out id bigint, out turn text
)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    other bigint;
begin
    select j.id into quarantined_job.id from jira_sync.jobs as j
    where j.state = 'ready' and j.crashes > 0 and j.kind = any(claimed_kinds)
        and j.run_at <= clock_timestamp() - case when is_idle then interval '0' else interval '5 s' end
        and (select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = j.key limit 1) is null
    order by j.run_at limit 1 for update skip locked;
    select j.id into other from jira_sync.jobs as j
    where quarantined_job.id is not null and j.state = 'ready' and j.id > 0 and j.priority = 0 and j.crashes = 0
        and j.run_at <= clock_timestamp() and j.run_at >= earliest and j.kind = any(claimed_kinds) limit 1;
    -- One crash can leave hundreds of them, and each takes a whole worker. So they alternate with other due work, in one
    -- worker of the fleet at a time.
    turn := case
        when quarantined_job.id is null then 'none'
        when other is not null and exists (select from jira_sync.jobs as r where r.state = 'running' and r.crashes > 0)
            then case when is_idle then 'later' else 'none' end
        when not is_idle then 'wait'
        when other is not null and (select w.took_quarantined from jira_sync.workers as w where w.incarnation = claimer) then 'later'
        else 'now'
    end;
end;
$$;
comment on function jira_sync.quarantined_job(uuid, text[], boolean, timestamptz) is
'Locks the next quarantined job; turn: now (alone), later (if nothing else can be claimed), wait (for running jobs), none.';

create or replace function jira_sync.due_jobs(
    claimed_kinds text[], job_limit integer, lowest_first boolean, earliest timestamptz, careful boolean,
    out ids bigint[], out keys text[]
)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    begun timestamptz := clock_timestamp();
    level integer; more_ids bigint[]; more_keys text[];
begin
    ids := '{}'; keys := '{}';
    for level in
        with recursive levels (priority) as (
            select max(j.priority) from jira_sync.jobs as j where j.state = 'ready' and j.priority <> 0
            union all
            select (select max(j.priority) from jira_sync.jobs as j
                where j.state = 'ready' and j.priority <> 0 and j.priority < l.priority)
            from levels as l where l.priority is not null
        )
        select coalesce(l.priority, 0) from levels as l where lowest_first is not null or coalesce(l.priority, 0) >= 0
        order by case when lowest_first then coalesce(l.priority, 0)::bigint else -coalesce(l.priority, 0)::bigint end
    loop
        select array_agg(s.id), array_agg(s.key) into more_ids, more_keys
        from (
            select j.id, j.key from jira_sync.jobs as j
            where j.state = 'ready' and j.id > 0 and j.crashes = 0 and j.kind = any(claimed_kinds) and j.priority = level
                and j.run_at <= begun and j.run_at >= case level when 0 then earliest else '-infinity' end
                and (not careful or coalesce(
                    (select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = j.key limit 1),
                    (select q.id from jira_sync.jobs as q where q.state = 'ready' and q.key = j.key and q.crashes > 0 limit 1)
                ) is null)
            order by j.run_at, j.id limit job_limit - cardinality(ids) for update skip locked
        ) as s;
        ids := ids || coalesce(more_ids, '{}'); keys := keys || coalesce(more_keys, '{}');
        exit when cardinality(ids) >= job_limit;
    end loop;
end;
$$;
comment on function jira_sync.due_jobs(text[], integer, boolean, timestamptz, boolean) is
'Locks due jobs, the highest priority first; of priority 0 those due since `earliest`. If careful, only of free keys.';

create or replace function jira_sync.defer_mass_edits()
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off set enable_seqscan = off as $$
declare
    deferred integer;
begin
    -- The trigger cannot decide this: it would have to read what others wrote. Few at a time within 5 s are a person's.
    with waiting as materialized (
        select j.id, j.priority, count(*) over (partition by j.enqueued_by, date_trunc('minute', j.created_at)) as in_minute,
            count(*) over (partition by j.enqueued_by, floor(extract(epoch from j.created_at) / 5)) as nearby
        from (
            (select * from jira_sync.jobs as a where a.state = 'ready' and a.id > 0 and a.priority = 0 and a.run_at <= clock_timestamp()
                order by a.priority, a.run_at, a.id limit 5000)
            union all
            (select * from jira_sync.jobs as b where b.state = 'ready' and b.id > 0 and b.priority = -5
                order by b.priority desc, b.run_at desc, b.id desc limit 1000)
        ) as j where j.row_id is not null
    )
    -- By primary key, whatever the statistics say: see settle().
    update jira_sync.jobs as j set priority = -5 where j.id = any(array(
        select l.id from jira_sync.jobs as l where l.id = any(array(
            select w.id from waiting as w where w.priority = 0 and w.in_minute > 100 and w.nearby > 5
        )) and case l.state when 'ready' then l.priority end = 0 for no key update skip locked
    ));
    get diagnostics deferred = row_count;
    return deferred;
end;
$$;
comment on function jira_sync.defer_mass_edits() is
'Puts jobs of rows behind single edits where one role enqueued more than 100 within a minute; returns how many it moved.';

create or replace function jira_sync.merge_jobs(ids bigint[], keys text[])
returns bigint[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    remaining bigint[];
begin
    with visible as materialized (
        select j.key, count(*) as jobs from jira_sync.jobs as j where j.state = 'ready' and j.key = any(keys) group by j.key
    ),
    locked as materialized (
        select j.* from jira_sync.jobs as j where j.state = 'ready' and j.key = any(keys) for update skip locked
    ),
    taken as materialized (
        select a.key, count(*) as jobs, min(a.id) filter (where a.id = any(ids)) as id from locked as a group by a.key
    ),
    -- Where another claim has locked or leased a job of the key, or a change that is not committed relies on one, it is left.
    own as materialized (
        select l.* from taken as t
        inner join visible as v on v.key = t.key and v.jobs = t.jobs
        inner join locked as c on c.id = t.id
        inner join locked as l on l.key = t.key
        where (select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = t.key limit 1) is null
            -- A poll of a day does not cover one of a month: without a row, only equal jobs are merged.
            and (l.kind not in ('poll', 'full_sync', 'sweep', 'report') or (l.args, l.table_name) = (c.args, c.table_name))
    ),
    merged as materialized (
        select min(o.id) as id, array_agg(o.id) as ids, min(o.attempt) as attempt, max(o.crashes) as crashes,
            case when count(distinct o.kind) = 1 then min(o.kind) else 'sync' end as kind,
            max(o.priority) as priority, max(o.max_attempts) as max_attempts, min(o.created_at) as created_at,
            array(select distinct b.id from own as p cross join lateral unnest(p.merged || p.id) as b (id)
                where p.key = o.key order by b.id) as covers,
            -- Where two jobs name the same member, the older one wins: it saw the earlier state.
            (select jsonb_object_agg(a.name, a.value order by p.id desc)
                from own as p cross join lateral jsonb_each(p.args) as a (name, value) where p.key = o.key) as args
        from own as o group by o.key
    ),
    covered as (delete from jira_sync.jobs as j using merged as m where j.id = any(m.ids) and j.id <> m.id),
    survivors as (
        update jira_sync.jobs as j
        set kind = m.kind, priority = m.priority, attempt = m.attempt, crashes = m.crashes, max_attempts = m.max_attempts,
            created_at = m.created_at, merged = array_remove(m.covers, m.id), args = coalesce(m.args, '{}')
        from merged as m where j.id = m.id returning j.id
    )
    select coalesce(array_agg(s.id), '{}') into remaining from survivors as s;
    return remaining;
end;
$$;
comment on function jira_sync.merge_jobs(bigint[], text[]) is
'Merges all waiting jobs of each key into the oldest one and returns the ids of these.';

create or replace function jira_sync.claim(
    claimer uuid, claimed_kinds text[], job_limit integer, is_idle boolean,
    lowest_first boolean default false, look_back interval default null
)
returns setof jira_sync.jobs language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_generic_plan
-- A plan made while the queue was short would read all of it when it is long.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_material = off
as $$
declare
    earliest timestamptz := coalesce(clock_timestamp() - look_back, '-infinity');
    quarantined record := jira_sync.quarantined_job(claimer, claimed_kinds, is_idle, earliest);
    is_alone boolean := quarantined.turn = 'now';
    has_quarantined boolean; ids bigint[]; keys text[]; chosen integer; shared bigint[];
begin
    if quarantined.turn = 'wait' or exists (select from jira_sync.control as c where c.paused_at is not null) then
        return;
    end if;
    -- Nearly always every key is free, so the search asks that of each job only when the first choice met one that is not.
    for attempt in 1..2 loop
        if not is_alone then
            select d.ids, d.keys into ids, keys
            from jira_sync.due_jobs(claimed_kinds, job_limit, lowest_first, earliest, attempt = 2) as d;
            is_alone := cardinality(ids) = 0 and quarantined.turn = 'later';
        end if;
        if is_alone then
            select array[j.id], array[j.key] into ids, keys from jira_sync.jobs as j where j.id = quarantined.id;
        end if;
        -- A new snapshot, younger than the locks, shows what other workers have claimed meanwhile.
        chosen := cardinality(ids);
        has_quarantined := exists (select from jira_sync.jobs as q where q.state = 'ready' and q.crashes > 0);
        select coalesce(array_agg(k.id) filter (where k.other is null), '{}'), array_agg(k.key) filter (where k.other is not null),
            array_agg(k.id) filter (where k.other is not null)
        into ids, keys, shared
        from (
            select u.id, u.key, case when u.key is not null then
                (select j.id from jira_sync.jobs as j where j.state = 'ready' and j.key = u.key and j.id <> u.id limit 1)
            end as other
            from unnest(ids, keys) as u (id, key)
            where u.key is null or (
                (select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = u.key limit 1) is null
                and (is_alone or not has_quarantined or (
                    select q.id from jira_sync.jobs as q where q.state = 'ready' and q.key = u.key and q.crashes > 0 limit 1
                ) is null)
            )
        ) as k;
        exit when is_alone or cardinality(ids) + coalesce(cardinality(shared), 0) = chosen;
    end loop;
    ids := ids || case when shared is not null then jira_sync.merge_jobs(shared, keys) end;
    return query
    update jira_sync.jobs as j
    set state = 'running', worker = claimer, token = nextval('jira_sync.lease_tokens'), started_at = clock_timestamp(),
        attempt = least(j.attempt, 999999999) + 1
    where j.id = any(ids) returning j.*;
    if found then
        -- Once a second is enough: while an old snapshot prevents vacuum, each version of the row makes later claims slower.
        update jira_sync.workers as w
        set seen_at = clock_timestamp(), asleep = false, took_quarantined = is_alone,
            on_time_since = case when w.seen_at + w.lease < clock_timestamp() then clock_timestamp() else w.on_time_since end
        where w.incarnation = claimer
            and (w.asleep or w.seen_at < clock_timestamp() - interval '1 second' or w.took_quarantined <> is_alone);
        -- A lease of a worker that is not registered would end at once.
        if not found and not exists (select from jira_sync.workers as w where w.incarnation = claimer) then
            raise exception 'worker % is not registered', claimer using
                errcode = 'object_not_in_prerequisite_state', hint = 'Call jira_sync.register() first.';
        end if;
    end if;
end;
$$;
comment on function jira_sync.claim(uuid, text[], integer, boolean, boolean, interval) is
'Takes leases on due jobs: one for each key, the others merged into it. lowest_first null: none of a priority below 0.';

-- Leases and settlement

create or replace function jira_sync.lock_leases(holder uuid, ids bigint[], tokens bigint[])
returns setof bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
    -- A worker that stalls in the middle of a transaction must not block its jobs.
    perform set_config('idle_in_transaction_session_timeout', '5s', true);
    return query
    select j.id from (select h.id, h.token from unnest(ids, tokens) as h (id, token) order by h.id) as u
    -- By the primary key, for the reason given in settle().
    cross join lateral (
        select r.id from jira_sync.jobs as r where r.id = u.id and r.token = u.token and r.worker = holder
        for update
    ) as j;
end;
$$;
comment on function jira_sync.lock_leases(uuid, bigint[], bigint[]) is
'Locks the jobs whose lease is valid and returns their ids: the first statement of each transaction that writes for a job.';

create or replace function jira_sync.settle(
    holder uuid, ids bigint[], tokens bigint[], outcomes text[], errors text[],
    delays double precision[], charged boolean[]
)
returns setof bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_generic_plan
-- A plan made while the queue was short would read all of it when it is long.
set enable_seqscan = off set enable_bitmapscan = off
as $$
begin
    -- The trigger on run_at does not fire here: in a statement with several UPDATEs of one table, Postgres fires it only for
    -- the columns of the last one.
    if 'retry' = any(outcomes) or 'returned' = any(outcomes) then
        perform jira_sync.wake();
    end if;
    -- Nearly all runs succeed. These jobs are deleted without being locked and read first. A token belongs to one lease, so
    -- it need not be paired with its id.
    if outcomes <@ '{done}' and coalesce(cardinality(array_remove(errors, null)), 0) = 0 then
        return query
        with ended as (
            delete from jira_sync.jobs as j where j.id = any(ids) and j.token = any(tokens) and j.worker = holder
            returning j.id, j.kind, j.key, j.table_name, j.row_id, j.attempt, j.worker, j.created_at, j.started_at, j.merged
        ),
        superseded as (
            delete from jira_sync.jobs as j using ended as e
            -- The dead job of a deleted row is the only record of the deletion.
            where j.state = 'dead' and j.key = e.key and not j.args ? 'deleted'
                and exists (select from jira_sync.jobs as d where d.state = 'dead')
        ),
        recorded as (
            insert into jira_sync.job_history (
                id, kind, table_name, row_id, attempt, outcome, worker, enqueued_at, started_at, merged
            )
            select e.id, e.kind, e.table_name, e.row_id, e.attempt, 'done', e.worker, e.created_at, e.started_at, e.merged
            from ended as e
        )
        select e.id from ended as e;
        return;
    end if;
    -- plpgsql keeps the plan. A function in SQL is planned at each call, which took ten times as long as the work.
    return query
    with asked as (
        select u.* from unnest(ids, tokens, outcomes, errors, delays, charged)
            as u (id, token, outcome, error, delay, charge)
    ),
    held as materialized (
        select j.id, j.kind, j.key, j.table_name, j.row_id, j.attempt, j.worker, j.created_at, j.started_at, j.merged,
            left(a.error, 8000) as error, a.delay, a.charge,
            case
                -- It may have been cancelled after the last heartbeat.
                when a.outcome in ('retry', 'returned') and j.cancel_requested then 'cancelled'
                when a.outcome = 'retry' and a.charge and j.attempt >= j.max_attempts then 'dead'
                else a.outcome
            end as outcome
        from asked as a
        -- One lookup by primary key for each job. The planner believes that no job runs: a join compared each job with all
        -- running ones, 10 ms instead of 1 ms for 100 of 400. A condition on the state would choose the index of running jobs.
        cross join lateral (
            select r.* from jira_sync.jobs as r where r.id = a.id and r.token = a.token and r.worker = holder
            for update
        ) as j
    ),
    ended as (
        delete from jira_sync.jobs as j using held as h
        where j.id = h.id and h.outcome in ('done', 'refused', 'cancelled')
    ),
    -- A success supersedes the dead jobs of its key.
    superseded as (
        delete from jira_sync.jobs as j using held as h
        where h.outcome = 'done' and j.state = 'dead' and j.key = h.key and not j.args ? 'deleted'
    ),
    dead as (
        update jira_sync.jobs as j
        set state = 'dead', worker = null, token = null, cancel_requested = false,
            last_error = h.error
        from held as h where j.id = h.id and h.outcome = 'dead'
    ),
    waits as (
        update jira_sync.jobs as j
        set state = 'ready', worker = null, token = null, cancel_requested = false,
            run_at = now() + make_interval(secs => coalesce(h.delay, 0)),
            attempt = case when h.charge then j.attempt else greatest(j.attempt - 1, 0) end,
            -- It failed without a crash, so it is not quarantined any more.
            crashes = case when h.outcome = 'retry' and h.charge then 0 else j.crashes end,
            last_error = coalesce(h.error, j.last_error)
        from held as h where j.id = h.id and h.outcome in ('retry', 'returned')
    ),
    recorded as (
        insert into jira_sync.job_history (
            id, kind, table_name, row_id, attempt, outcome, error, worker, enqueued_at, started_at, merged
        )
        select h.id, h.kind, h.table_name, h.row_id, h.attempt, h.outcome, h.error, h.worker, h.created_at,
            h.started_at, h.merged
        from held as h
    )
    select h.id from held as h;
end;
$$;
comment on function jira_sync.settle(uuid, bigint[], bigint[], text[], text[], double precision[], boolean[]) is
'Settles runs under their leases and records them; returns the ids whose lease was still valid. Other jobs are not changed.';

create or replace function jira_sync.register(
    me uuid, named text, handled_kinds text[], slots integer, lease_seconds double precision
)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into jira_sync.workers (incarnation, name, kinds, concurrency, lease)
    values (me, named, handled_kinds, slots, make_interval(secs => lease_seconds))
    on conflict (incarnation) do update
    set seen_at = clock_timestamp(), on_time_since = clock_timestamp(), asleep = false;
$$;
comment on function jira_sync.register(uuid, text, text[], integer, double precision) is
'Registers a worker, or registers it again.';

create or replace function jira_sync.return_unknown_leases(me uuid, kept bigint[])
returns bigint language sql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
    with unknown as (
        select array_agg(j.id) as ids, array_agg(j.token) as tokens from jira_sync.jobs as j
        where j.state = 'running' and j.worker = me and j.token <> all(kept)
    )
    select count(*) from unknown as s
    cross join lateral jira_sync.settle(
        me, s.ids, s.tokens, array_fill('returned'::text, array[coalesce(cardinality(s.ids), 0)]), null, null,
        array_fill(false, array[coalesce(cardinality(s.ids), 0)])
    );
$$;
comment on function jira_sync.return_unknown_leases(uuid, bigint[]) is
'Returns the jobs that a worker holds under other tokens than these: leases of a claim whose answer was lost.';

create or replace function jira_sync.unregister(me uuid)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform jira_sync.return_unknown_leases(me, '{}');
    delete from jira_sync.workers as w where w.incarnation = me;
    -- Other workers continue with what it did not finish.
    if exists (select from jira_sync.jobs as j where j.state = 'ready' and j.run_at <= now()) then
        perform jira_sync.wake();
    end if;
end;
$$;
comment on function jira_sync.unregister(uuid) is 'Removes a worker that stops; jobs that it did not settle are returned.';

create or replace function jira_sync.heartbeat(
    me uuid, falls_asleep boolean default false, look_back interval default null, holding bigint[] default null
)
returns table (
    known boolean, paused boolean, due_now boolean, due_in double precision, rescue_in double precision,
    cancelled bigint[], held bigint[], maintenance_due boolean
)
language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_generic_plan
-- Statistics that were taken while the queue was empty must not choose the plan.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
declare
    mine jira_sync.workers;
    window_start timestamptz := coalesce(clock_timestamp() - look_back, '-infinity');
    earliest timestamptz; expiry timestamptz;
begin
    update jira_sync.workers as w
    set seen_at = clock_timestamp(),
        on_time_since = case
            when w.seen_at + w.lease < clock_timestamp() then clock_timestamp()
            else w.on_time_since
        end, asleep = w.asleep or falls_asleep
    where w.incarnation = me
    returning w.* into mine;
    known := found;
    select c.paused_at is not null, c.maintained_at < now() - interval '1 hour'
    into paused, maintenance_due
    from jira_sync.control as c;
    -- For a sleeping worker: whether a job is due that could be claimed, and when the next one will be. Of priority 0 it reads
    -- only what became due within `look_back`: the worker has claimed the earlier jobs.
    due_now := false;
    if mine.asleep and not paused then
        due_now := exists (
            select from jira_sync.jobs as j where j.state = 'ready' and j.id > 0 and j.priority = 0
                and j.run_at <= clock_timestamp() and j.run_at >= window_start and j.kind = any(mine.kinds)
                and not exists (select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key)
        ) or exists (
            select from jira_sync.jobs as j
            where j.state = 'ready' and j.id > 0 and j.priority <> 0 and j.run_at <= clock_timestamp()
                and j.kind = any(mine.kinds)
                and not exists (select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key)
        );
        select j.run_at into earliest from jira_sync.jobs as j
        where j.state = 'ready' and j.id > 0 and j.priority = 0 and j.run_at > now() and j.run_at < 'infinity'
            and j.kind = any(mine.kinds)
        order by j.run_at limit 1;
        select least(earliest, min(j.run_at)) into earliest from jira_sync.jobs as j
        where j.state = 'ready' and j.id > 0 and j.priority <> 0 and j.run_at > now() and j.run_at < 'infinity'
            and j.kind = any(mine.kinds);
        -- A job with run_at 'infinity' waits for a person. No timer is set for it, nor for one in the year 294276.
        if earliest is not null then
            due_in := least(extract(epoch from earliest - clock_timestamp()), 1e9);
        end if;
    end if;
    -- With `holding`, the answer is about these jobs only, found by primary key. Without, it is a full scan of running jobs.
    if holding is not null then
        select coalesce(array_agg(j.id) filter (where j.cancel_requested), '{}'), coalesce(array_agg(j.token), '{}')
        into cancelled, held from jira_sync.jobs as j where j.id = any(holding) and j.worker = me;
        return next;
        return;
    end if;
    -- When the next lease of another worker expires, if it is not renewed.
    select min(coalesce(w.seen_at + w.lease, '-infinity')) into expiry from jira_sync.jobs as j
    left join jira_sync.workers as w on w.incarnation = j.worker
    where j.state = 'running' and j.worker <> me;
    if expiry is not null then
        rescue_in := extract(epoch from greatest(
            expiry, mine.on_time_since + mine.lease, pg_postmaster_start_time() + mine.lease
        ) - clock_timestamp());
    end if;
    select coalesce(array_agg(j.id) filter (where j.cancel_requested), '{}'), coalesce(array_agg(j.token), '{}')
    into cancelled, held from jira_sync.jobs as j where j.state = 'running' and j.worker = me;
    return next;
end;
$$;
comment on function jira_sync.heartbeat(uuid, boolean, interval, bigint[]) is
'One heartbeat: renews all leases of the worker and returns what it needs to know.';

create or replace function jira_sync.rescue(me uuid)
returns bigint language sql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
    with expired_leases as materialized (
        select j.id, j.token, coalesce(w.name, j.worker::text) as worker_name from jira_sync.jobs as j
        left join jira_sync.workers as w on w.incarnation = j.worker
        where j.state = 'running' and j.worker <> me
            and coalesce(w.seen_at + w.lease, '-infinity') < clock_timestamp()
            -- A worker whose own heartbeats were late, or a database that has just restarted, proves nothing about others.
            and pg_postmaster_start_time() + coalesce(w.lease, '8 s') < clock_timestamp()
            and exists (
                select from jira_sync.workers as m
                where m.incarnation = me and m.on_time_since + m.lease < clock_timestamp()
                    and m.seen_at + m.lease >= clock_timestamp()
            )
    ),
    -- By the token of the expired lease: another worker may have rescued the job meanwhile, and a third may run it.
    expired as materialized (
        select j.id, j.kind, j.table_name, j.row_id, j.attempt, j.crashes, j.worker, j.created_at, j.started_at,
            j.merged, j.cancel_requested, l.worker_name
        from jira_sync.jobs as j
        inner join expired_leases as l on l.id = j.id and l.token = j.token
        where j.state = 'running'
        for update of j skip locked
    ),
    rescued as (
        update jira_sync.jobs as j
        set state = case when e.crashes >= 2 then 'dead' else 'ready' end,
            worker = null, token = null, cancel_requested = false, crashes = least(e.crashes, 999999) + 1,
            attempt = greatest(e.attempt - 1, 0), run_at = now(),
            last_error = 'worker ' || e.worker_name || ' was lost while it ran this job (crash '
                || least(e.crashes, 999999) + 1 || ' of 3)'
        from expired as e where j.id = e.id and not e.cancel_requested
    ),
    cancelled as (delete from jira_sync.jobs as j using expired as e where j.id = e.id and e.cancel_requested),
    recorded as (
        insert into jira_sync.job_history (
            id, kind, table_name, row_id, attempt, outcome, error, worker, enqueued_at, started_at, merged
        )
        select e.id, e.kind, e.table_name, e.row_id, e.attempt,
            case when e.cancel_requested then 'cancelled' else 'crashed' end,
            'worker ' || e.worker_name || ' was lost', e.worker, e.created_at, e.started_at, e.merged
        from expired as e
    ),
    forgotten_workers as (
        delete from jira_sync.workers as w where w.seen_at + w.lease + interval '1 minute' < clock_timestamp()
            and not exists (select from jira_sync.jobs as j where j.state = 'running' and j.worker = w.incarnation)
    )
    select count(*) from expired;
$$;
comment on function jira_sync.rescue(uuid) is
'Returns the jobs of lost workers: a crash is counted, no attempt is charged. After three crashes a job is dead.';

create or replace function jira_sync.pause(reason text default 'paused by hand')
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    update jira_sync.control
    set paused_at = coalesce(paused_at, now()),
        pause_reason = case
            when paused_at is not null and reason = 'paused by hand' then coalesce(pause_reason, reason)
            else reason
        end;
$$;
comment on function jira_sync.pause(text) is
'No job is claimed until resume(); running jobs are finished. status shows the reason.';

create or replace function jira_sync.resume(limits boolean default false)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update jira_sync.control set paused_at = null, pause_reason = null where paused_at is not null;
    update jira_sync.rate_limits set blocked_until = null where limits and blocked_until > clock_timestamp();
    update jira_sync.jobs set run_at = now() where limits and state = 'ready' and run_at > now() and last_error like 'JIRA %';
    perform jira_sync.wake();
end;
$$;
comment on function jira_sync.resume(boolean) is 'Ends a pause, and on request the waits that JIRA has asked for.';

create or replace function jira_sync.retry_dead()
returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
    with ready_again as (
        update jira_sync.jobs
        set state = 'ready', attempt = 0, crashes = 0, run_at = now()
        where state = 'dead'
        returning 1
    )
    select count(*) from ready_again;
$$;
comment on function jira_sync.retry_dead() is 'Makes all dead jobs ready again and returns how many they were.';

create or replace function jira_sync.cancel(job bigint)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_job jira_sync.jobs; is_relied_on boolean;
begin
    -- A change that is not committed yet may rely on a waiting job; then it holds a lock on it.
    perform from jira_sync.jobs as j where j.id = job for update skip locked;
    is_relied_on := not found;
    select j.* into found_job from jira_sync.jobs as j where j.id = job for update;
    if not found then
        return false;
    end if;
    if found_job.state = 'running' then
        update jira_sync.jobs as j set cancel_requested = true where j.id = job;
        perform pg_notify('jira_sync', 'cancel');
        return true;
    end if;
    delete from jira_sync.jobs as j where j.id = job;
    if is_relied_on and found_job.state = 'ready' and found_job.row_id is not null then
        -- That change needs a run of its own.
        insert into jira_sync.jobs (kind, table_name, row_id) values ('push', found_job.table_name, found_job.row_id);
    end if;
    insert into jira_sync.job_history (id, kind, table_name, row_id, attempt, outcome, error, enqueued_at, started_at, merged)
    values (
        found_job.id, found_job.kind, found_job.table_name, found_job.row_id, found_job.attempt, 'cancelled',
        'cancelled by hand', found_job.created_at, null, found_job.merged
    );
    return true;
end;
$$;
comment on function jira_sync.cancel(bigint) is
'Cancels a job: a waiting or dead one at once, a running one as soon as its worker can stop. False without such a job.';

create or replace function jira_sync.enqueue(kind text, row_id text default null, table_name text default 'file_audit')
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    job bigint;
begin
    -- A waiting job that is due covers this request, provided that it is not claimed before this transaction commits: so it is
    -- locked. Under REPEATABLE READ the lock could fail, and a second job does no harm.
    if current_setting('transaction_isolation') = 'read committed' then
        select j.id into job from jira_sync.jobs as j
        where j.state = 'ready' and j.attempt = 0 and j.run_at <= clock_timestamp() and j.args = '{}'
            -- A job of low priority would make a person wait.
            and j.priority >= 0 and j.table_name = enqueue.table_name
            and j.kind in (enqueue.kind, case when enqueue.kind in ('push', 'pull') then 'sync' end)
            and j.key = case
                when enqueue.row_id is null then enqueue.kind
                else 'row:' || enqueue.table_name || ':' || enqueue.row_id
            end
        order by j.id limit 1
        for key share skip locked;
        if found then
            -- A worker that searched meanwhile found that job locked, and fell asleep.
            perform jira_sync.wake();
            return job;
        end if;
    end if;
    insert into jira_sync.jobs (kind, table_name, row_id)
    values (enqueue.kind, enqueue.table_name, enqueue.row_id)
    returning id into job;
    return job;
end;
$$;
comment on function jira_sync.enqueue(text, text, text) is
'Enqueues a job, or finds the waiting job that covers the request; returns its id.';

-- Not a second definition: enqueue('sync', 42) finds no function without this overload, for bigint is not cast to text.
create or replace function jira_sync.enqueue(kind text, row_id bigint, table_name text default 'file_audit')
returns bigint language sql set search_path = pg_catalog, pg_temp as $$
    select jira_sync.enqueue(enqueue.kind, enqueue.row_id::text, enqueue.table_name);
$$;
comment on function jira_sync.enqueue(text, bigint, text) is 'The same for a key that is a number.';

create or replace function jira_sync.lock_waiting_jobs(job_key text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s' as $$
declare
    waiting integer;
begin
    -- A claim leaves a key alone while any of its waiting jobs is locked.
    perform set_config('idle_in_transaction_session_timeout', '5s', true);
    perform from jira_sync.jobs as j where j.state = 'ready' and j.key = job_key order by j.id for update;
    get diagnostics waiting = row_count;
    return waiting > 0 and not exists (select from jira_sync.jobs as j where j.state = 'running' and j.key = job_key);
end;
$$;
comment on function jira_sync.lock_waiting_jobs(text) is
'Locks the waiting jobs of a key, so that none of it is claimed until the transaction ends. False where none waits or one runs.';

-- Maintenance

create or replace function jira_sync.partition_by_time(parent text, unit text, ahead interval)
returns void language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    starts timestamptz; ends timestamptz; partition text;
    time_column text := (
        select a.attname from pg_catalog.pg_partitioned_table as p
        inner join pg_catalog.pg_attribute as a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
        where p.partrelid = to_regclass(format('jira_sync.%I', parent))
    );
begin
    for starts in
        select s from generate_series(date_trunc(unit, now()), date_trunc(unit, now() + ahead), ('1 ' || unit)::interval) as s
    loop
        ends := starts + ('1 ' || unit)::interval;
        partition := parent || '_' || to_char(starts, case unit when 'day' then 'YYYYMMDD' else 'YYYYMM' end);
        if to_regclass(format('jira_sync.%I', partition)) is null then
            execute format('create table jira_sync.%I (like jira_sync.%I including all)', partition, parent);
            execute format('alter table jira_sync.%I enable row level security', partition);
            -- Rows that came while the time had no partition move to it.
            execute format(
                'with moved as (delete from jira_sync.%I where %I >= %L and %I < %L returning *) '
                'insert into jira_sync.%I select * from moved',
                parent || '_default', time_column, starts, time_column, ends, partition
            );
            execute format(
                'alter table jira_sync.%I attach partition jira_sync.%I for values from (%L) to (%L)',
                parent, partition, starts, ends
            );
        end if;
    end loop;
end;
$$;
comment on function jira_sync.partition_by_time(text, text, interval) is
'Makes the partitions of a table for the current day or month and for those ahead, so that no insert has to.';

create or replace function jira_sync.drop_partitions(parent text, before timestamptz)
returns void language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    partition text;
begin
    for partition in
        -- Materialized: else the dates of all tables could be read, also the one of pg_toast_125678.
        with partitions as materialized (
            select c.relname from pg_catalog.pg_inherits as i
            inner join pg_catalog.pg_class as c on c.oid = i.inhrelid
            where i.inhparent = to_regclass(format('jira_sync.%I', parent)) and c.relname ~ '_[0-9]{6,8}$'
        )
        select p.relname from partitions as p where case length(substring(p.relname from '[0-9]+$'))
            when 8 then to_date(right(p.relname, 8), 'YYYYMMDD') + interval '1 day'
            else to_date(right(p.relname, 6), 'YYYYMM') + interval '1 month'
        end <= before
    loop
        execute format('drop table jira_sync.%I', partition);
    end loop;
end;
$$;
comment on function jira_sync.drop_partitions(text, timestamptz) is 'Drops the partitions that end before a time.';

create or replace function jira_sync.maintain()
returns void language plpgsql security definer
-- While a lock is waited for, settlements wait behind it; an hour more or less does not matter.
set search_path = pg_catalog, pg_temp set lock_timeout = '200ms' as $$
declare
    parent text; kept jira_sync.control;
begin
    update jira_sync.control as c set maintained_at = now() where c.maintained_at < now() - interval '1 hour'
    returning c.* into kept;
    if not found then
        return; -- another worker has done it
    end if;
    foreach parent in array array['job_history', 'changes', 'conflicts', 'events'] loop
        begin
            if parent = 'job_history' then
                perform jira_sync.partition_by_time(parent, 'day', interval '7 days');
                perform jira_sync.drop_partitions(parent, now() - make_interval(days => kept.history_days));
            else
                perform jira_sync.partition_by_time(parent, 'month', interval '1 month');
                -- An open conflict waits for a person, however long that takes.
                if kept.changes_days is not null and not (parent = 'conflicts' and exists (
                    select from jira_sync.conflicts as c where c.winner = 'open' and c.applied_at is null
                        and c.at < now() - make_interval(days => kept.changes_days)
                )) then
                    perform jira_sync.drop_partitions(parent, now() - make_interval(days => kept.changes_days));
                end if;
            end if;
        exception
            when lock_not_available then
                raise warning '% is in use: its partitions are made or dropped an hour later', parent;
        end;
    end loop;
    delete from jira_sync.job_history_default as h
    where h.finished_at < now() - make_interval(days => kept.history_days);
    -- Workers that were killed while they held no job left no lease to rescue.
    delete from jira_sync.workers as w where w.seen_at + w.lease + interval '1 hour' < clock_timestamp()
        and not exists (select from jira_sync.jobs as j where j.state = 'running' and j.worker = w.incarnation);
end;
$$;
comment on function jira_sync.maintain() is 'Maintenance, at most once an hour: makes partitions ahead and drops old ones.';

select jira_sync.maintain();
