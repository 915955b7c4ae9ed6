-- Keys are compared byte by byte, a claim asks less of each of them, and what ended well is deleted at once. Measured in
-- docs/decisions/0009.

-- Keys are looked up and never sorted for people. A collation of the C library compares them several times slower, and
-- leaves indexes in disorder when that library is upgraded. Postgres makes the indexes anew, not the table.
alter table jira_sync.jobs alter column key type text collate "C";

create or replace function jira_sync.claim(
    claimer uuid, claimed_kinds text[], job_limit integer, holds_nothing boolean,
    lowest_first boolean default false, look_back interval default null
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
        ids := '{}';
        keys := '{}';
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
                            select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = j.key limit 1
                        ) is null
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
                            select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = j.key limit 1
                        ) is null
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

    -- 3. A new snapshot, taken after the locks on the keys: what was claimed by somebody else meanwhile shows now. A key
    --    with a job that has to run alone is not taken along with others.
    if array_position(keys, null) is not null then
        keyless := array(select u.id from unnest(ids, keys) as u (id, key) where u.key is null);
    end if;
    --    Whether anything waits beside the chosen job is asked, not how much does; and whether a job has to run alone is
    --    asked for a key only where there is such a job at all.
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

    -- 6. Who has work is seen, and is not asleep. Leases of a worker that nobody knows would end at once. Not every claim
    --    writes it: while an old transaction holds up vacuum all versions of the row stay, and each claim walks over them.
    update jira_sync.workers as w
    set
        seen_at = clock_timestamp(),
        in_touch_since = case
            when w.seen_at + w.lease < clock_timestamp() then clock_timestamp()
            else w.in_touch_since
        end,
        asleep = false
    where w.incarnation = claimer and (w.asleep or w.seen_at + w.lease / 16 < clock_timestamp());
    if not found and not exists (select from jira_sync.workers as w where w.incarnation = claimer) then
        raise exception 'worker % is not registered', claimer using
            errcode = 'object_not_in_prerequisite_state',
            hint = 'Call jira_sync.register() first.';
    end if;
end;
$$;

create or replace function jira_sync.settle(
    holder uuid, ids bigint[], tokens bigint[], outcomes text[], errors text[],
    delays double precision[], charged boolean[]
)
returns setof bigint
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
-- A plan made while the queue was short would read all of it when it is long.
set enable_seqscan = off set enable_bitmapscan = off
as $$
begin
    -- The trigger on run_at does not see to it here: Postgres fires a statement's triggers once for a table, for the
    -- columns of its last UPDATE.
    if 'retry' = any(outcomes) or 'returned' = any(outcomes) then
        perform jira_sync.wake();
    end if;

    -- Nearly all runs end well, and those jobs go without being locked and looked up first. A token is of one lease, so who
    -- has one of these has it with its own id.
    if outcomes <@ '{done}' and coalesce(cardinality(array_remove(errors, null)), 0) = 0 then
        return query
        with ended as (
            delete from jira_sync.jobs as j
            where j.id = any(ids) and j.token = any(tokens) and j.worker = holder
            returning j.id, j.kind, j.key, j.file_audit_id, j.attempt, j.worker, j.created_at, j.started_at, j.merged
        ),
        superseded as (
            delete from jira_sync.jobs as j using ended as e
            where j.state = 'dead' and j.key = e.key
                and exists (select from jira_sync.jobs as d where d.state = 'dead')
        ),
        recorded as (
            insert into jira_sync.job_history (
                id, kind, file_audit_id, attempt, outcome, worker, enqueued_at, started_at, merged
            )
            select
                e.id, e.kind, e.file_audit_id, e.attempt, 'done', e.worker, e.created_at, e.started_at, e.merged
            from ended as e
        )
        select e.id from ended as e;
        return;
    end if;

    -- Not a function in SQL: that one is planned anew in every call, which cost ten times what the work does.
    return query
    with asked as (
        select u.* from unnest(ids, tokens, outcomes, errors, delays, charged)
            as u (id, token, outcome, error, delay, charge)
    ),
    held as materialized (
        select
            j.id, j.kind, j.key, j.file_audit_id, j.attempt, j.worker, j.created_at, j.started_at, j.merged,
            left(a.error, 8000) as error,
            a.delay,
            a.charge,
            case
                -- A person may have taken it back after the worker last asked.
                when a.outcome in ('retry', 'returned') and j.cancel_requested then 'cancelled'
                when a.outcome = 'retry' and a.charge and j.attempt >= j.max_attempts then 'dead'
                else a.outcome
            end as outcome
        from asked as a
        -- One look into the primary key for each job. Left to the planner, which believes that nothing runs, each was
        -- compared with all that run: 10 ms for 100 of 400, where this takes 1 ms. For the same reason the state, which
        -- follows from having a worker, is not asked for: it would offer the index of what runs.
        cross join lateral (
            select r.* from jira_sync.jobs as r
            where r.id = a.id and r.token = a.token and r.worker = holder
            for update
        ) as j
    ),
    ended as (
        delete from jira_sync.jobs as j using held as h
        where j.id = h.id and h.outcome in ('done', 'refused', 'cancelled')
    ),
    -- What succeeded makes the dead of the same key history.
    superseded as (
        delete from jira_sync.jobs as j using held as h
        where h.outcome = 'done' and j.state = 'dead' and j.key = h.key
    ),
    dead as (
        update jira_sync.jobs as j
        set
            state = 'dead', worker = null, token = null, cancel_requested = false,
            last_error = h.error
        from held as h where j.id = h.id and h.outcome = 'dead'
    ),
    waits as (
        update jira_sync.jobs as j
        set
            state = 'ready', worker = null, token = null, cancel_requested = false,
            run_at = now() + make_interval(secs => coalesce(h.delay, 0)),
            attempt = case when h.charge then j.attempt else greatest(j.attempt - 1, 0) end,
            last_error = coalesce(h.error, j.last_error)
        from held as h where j.id = h.id and h.outcome in ('retry', 'returned')
    ),
    recorded as (
        insert into jira_sync.job_history (
            id, kind, file_audit_id, attempt, outcome, error, worker, enqueued_at, started_at, merged
        )
        select
            h.id, h.kind, h.file_audit_id, h.attempt, h.outcome, h.error, h.worker, h.created_at,
            h.started_at, h.merged
        from held as h
    )
    select h.id from held as h;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261127000001', 'cheaper_claims')
on conflict (version) do nothing;
