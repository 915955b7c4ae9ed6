-- What a close reading of the queue found: jobs and moments that stopped, starved or misled workers. Each is told at its
-- place, and shown by a test in Tests/JobQueueTests.

create or replace function jira_sync.claim(
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
    has_suspects boolean := false;
    has_leased boolean;
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
    -- choice is made once more, passing over those that do, and over keys with a job that has to run alone: two hundred of
    -- them would hide all that waits behind.
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
                            and (
                                not has_suspects
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'ready' and r.key = j.key and r.crashes > 0 limit 1
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
                            and (
                                not has_suspects
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'ready' and r.key = j.key and r.crashes > 0 limit 1
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
        has_suspects := exists (select from jira_sync.jobs as j where j.state = 'ready' and j.crashes > 0);
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
        has_leased := found;
    else
        -- 5. Else the oldest row of each key survives and covers the others. A row that somebody has locked (a change not
        --    yet committed relies on it) is left alone: it runs afterwards.
        return query
        with locked as materialized (
            select j.* from jira_sync.jobs as j
            where j.state = 'ready' and j.key = any(keys)
                -- Of what is not about a row only the same is merged: a poll of a day does not cover one of a month, nor does
                -- the rest of a run through all rows cover a new one.
                and (
                    j.kind not in ('poll', 'full_sync', 'sweep', 'report')
                    or j.args = (
                        select o.args from jira_sync.jobs as o
                        where o.id = any(ids) and o.key = j.key order by o.id limit 1
                    )
                )
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
        has_leased := found;
    end if;

    -- 6. Who has work is seen, and is not asleep: who got nothing sleeps on, and would not be woken any more. Leases of a worker
    --    that nobody knows would end at once. Whoever did this a moment ago says so: while an old transaction holds up vacuum
    --    all versions of its row stay, and each claim would walk over them.
    if has_leased and not is_seen then
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

create or replace function jira_sync.pulse(
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
        where j.state = 'ready' and j.priority = 0 and j.run_at > now() and j.run_at < 'infinity'
            and j.kind = any(mine.kinds)
        order by j.run_at limit 1;
        select least(earliest, min(j.run_at)) into earliest from jira_sync.jobs as j
        where j.state = 'ready' and j.priority <> 0 and j.run_at > now() and j.run_at < 'infinity'
            and j.kind = any(mine.kinds);
        -- A job put off to 'infinity' waits for a person. Until then it is no moment, and from the year 294276 none to sleep to.
        if earliest is not null then
            due_in := least(extract(epoch from earliest - clock_timestamp()), 1e9);
        end if;
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
            -- What is dead of a deleted row has the only copy of it, which no later run had.
            where j.state = 'dead' and j.key = e.key and not j.args ? 'deleted'
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
        where h.outcome = 'done' and j.state = 'dead' and j.key = h.key and not j.args ? 'deleted'
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
            -- It failed, and its worker lives: it need not run alone any more.
            crashes = case when h.outcome = 'retry' and h.charge then 0 else j.crashes end,
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

create or replace function jira_sync.cancel(job bigint)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    found_job jira_sync.jobs;
    is_relied_on boolean;
begin
    -- A change that is not committed yet may rely on a waiting job, and then has it locked.
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
    if is_relied_on and found_job.state = 'ready' and found_job.file_audit_id is not null then
        -- That change needs a run, whatever becomes of the one that was taken back.
        insert into jira_sync.jobs (kind, file_audit_id) values ('push', found_job.file_audit_id);
    end if;
    insert into jira_sync.job_history (
        id, kind, file_audit_id, attempt, outcome, error, enqueued_at, started_at, merged
    )
    values (
        found_job.id, found_job.kind, found_job.file_audit_id, found_job.attempt, 'cancelled',
        'cancelled by hand', found_job.created_at, null, found_job.merged
    );
    return true;
end;
$$;

create or replace function jira_sync.enqueue(kind text, file_audit_id bigint default null)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    job bigint;
begin
    -- One that waits and is due covers this request, provided that nobody claims it before we commit: so it is
    -- locked. Under REPEATABLE READ that could fail, and a second row does no harm.
    if current_setting('transaction_isolation') = 'read committed' then
        select j.id into job
        from jira_sync.jobs as j
        where j.state = 'ready' and j.attempt = 0 and j.run_at <= clock_timestamp() and j.args = '{}'
            -- One that stands behind everything else would make a person wait for all of it. (By this form no index on the
            -- priority offers itself.)
            and j.priority + 0 >= 0
            and j.kind in (enqueue.kind, case when enqueue.kind in ('push', 'pull') then 'sync' end)
            and (
                j.key = 'row:' || enqueue.file_audit_id
                or (enqueue.file_audit_id is null and j.key = enqueue.kind)
            )
        order by j.id
        limit 1
        for key share skip locked;
        if found then
            -- A worker that looked meanwhile found that job locked, and went to sleep.
            perform jira_sync.wake();
            return job;
        end if;
    end if;
    insert into jira_sync.jobs (kind, file_audit_id) values (enqueue.kind, enqueue.file_audit_id)
    returning id into job;
    return job;
end;
$$;

create or replace function jira_sync.wake()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- NOTIFY takes a lock that every commit waits for, so it is sent only when somebody sleeps. A worker that
    -- was not seen for half a minute is not asleep but gone.
    -- A transaction that reads as of its beginning does not see who fell asleep since.
    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') or exists (
        select from jira_sync.workers as w
        where w.asleep and w.seen_at > clock_timestamp() - interval '30 seconds'
    ) then
        perform pg_notify('jira_sync', '');
    end if;
end;
$$;

create or replace function jira_sync.wake_channels(woken text[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- One that waits and is due covers this, provided that nobody claims it before we commit: so it is locked. Where
    -- that could make the transaction fail, nothing is looked up.
    if current_setting('transaction_isolation') = 'read committed' then
        woken := array(
            select u.name from unnest(woken) as u (name)
            left join lateral (
                select j.id from jira_sync.jobs as j
                where j.state = 'ready' and j.key = 'notify:' || u.name
                    -- After a failure it waits for as long as the channel needs, and so does what is new.
                    and (j.attempt > 0 or j.run_at <= clock_timestamp())
                limit 1
                for key share skip locked
            ) as w on true
            where w.id is null
        );
    end if;
    -- Ahead of a long queue of rows; failures are counted by message, so the job itself never dies of them.
    insert into jira_sync.jobs (kind, priority, max_attempts, args)
    select 'notify', 10, 1000000, jsonb_build_object('channel', u.name)
    from unnest(woken) as u (name);
end;
$$;

create or replace function jira_sync.jobs_state_changed()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
    worker_name text;
    row_path text;
begin
    begin
        if new.state = 'dead' then
            select l.file_path into row_path from jira_sync.links as l
            where l.file_audit_id = new.file_audit_id order by l.id desc limit 1;
            perform jira_sync.emit(
                kind => 'job_dead', severity => 'error',
                fingerprint => jira_sync.job_cause(new.kind, new.last_error),
                subject => coalesce(row_path, new.kind || ' job ' || new.id),
                message => format('A job of kind %s was given up: %s', new.kind,
                    coalesce(new.last_error, 'no error was recorded')),
                remedy => 'Put right what the error says, then try it again: select jira_sync.retry_dead()',
                file_audit_id => new.file_audit_id, job_id => new.id
            );
        end if;
        if old.state = 'running' and new.crashes > old.crashes then
            select w.name into worker_name from jira_sync.workers as w where w.incarnation = old.worker;
            -- Once for each worker, however many jobs it held.
            if not exists (
                select from jira_sync.events as e
                where e.kind = 'worker_lost' and e.details ->> 'incarnation' = old.worker::text
            ) then
                perform jira_sync.emit(
                    kind => 'worker_lost', severity => 'warning',
                    fingerprint => 'worker_lost:' || regexp_replace(coalesce(worker_name, ''), ':[0-9]+$', ''),
                    subject => 'worker ' || coalesce(worker_name, old.worker::text),
                    message => format('Worker %s was lost while it worked; others have taken over its jobs.',
                        coalesce(worker_name, old.worker::text)),
                    remedy => 'See its log and the machine it ran on: it was killed, ran out of memory, or lost the '
                        || 'database.',
                    job_id => new.id,
                    details => jsonb_build_object('incarnation', old.worker)
                );
            end if;
        end if;
        -- Once for each statement: when the first row comes here all of them are changed, and each look reads them all.
        if old.state = 'dead'
            and current_setting('jira_sync.revived', true) is distinct from statement_timestamp()::text
        then
            perform set_config('jira_sync.revived', statement_timestamp()::text, true);
            perform jira_sync.resolve_gone();
        end if;
    exception
        when others then
            raise warning 'nobody will be told of job %: %', new.id, sqlerrm;
    end;
    return null;
end;
$$;

create or replace function jira_sync.maintain()
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
    day date;
    partition text;
    old record;
begin
    update jira_sync.control as c set maintained_at = now()
    where c.maintained_at < now() - interval '1 hour';
    if not found then
        return; -- another worker is at it
    end if;
    -- While a lock is waited for, completions queue up behind it; a day more or less does not matter.
    perform set_config('lock_timeout', '200ms', true);

    -- A partition for each day to come, so that completing a job never needs one to be made.
    for day in
        select d::date
        from generate_series(
            (now() at time zone 'UTC')::date::timestamp,
            (now() at time zone 'UTC')::date::timestamp + interval '7 days', '1 day'
        ) as d
    loop
        partition := 'job_history_' || to_char(day, 'YYYYMMDD');
        if to_regclass('jira_sync.' || partition) is null then
            begin
                execute format('create table jira_sync.%I (like jira_sync.job_history including all)', partition);
                execute format('alter table jira_sync.%I enable row level security', partition);
                -- Rows that came while the day had no partition move over.
                execute format(
                    'with moved as (delete from jira_sync.job_history_default '
                    'where finished_at >= %1$L and finished_at < %2$L returning *) '
                    'insert into jira_sync.%3$I select * from moved',
                    day::text || ' 00:00+00', (day + 1)::text || ' 00:00+00', partition
                );
                execute format(
                    'alter table jira_sync.job_history attach partition jira_sync.%I '
                    'for values from (%L) to (%L)',
                    partition, day::text || ' 00:00+00', (day + 1)::text || ' 00:00+00'
                );
            exception
                when lock_not_available then
                    raise warning 'job_history is in use: partition % is made an hour later', partition;
                    exit;
            end;
        end if;
    end loop;

    for old in
        select c.relname
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on c.oid = i.inhrelid
        where i.inhparent = 'jira_sync.job_history'::regclass
            and c.relname ~ '^job_history_[0-9]{8}$'
            and to_date(right(c.relname, 8), 'YYYYMMDD')
            < (now() at time zone 'UTC')::date - (select s.history_days from jira_sync.control as s)
    loop
        begin
            execute format('drop table jira_sync.%I', old.relname);
        exception
            when lock_not_available then
                raise warning 'job_history is in use: partition % is dropped an hour later', old.relname;
                exit;
        end;
    end loop;
    -- Workers that were killed while they had nothing to do left no lease that somebody could rescue.
    delete from jira_sync.workers as w
    where w.seen_at + w.lease + interval '1 hour' < clock_timestamp()
        and not exists (
            select from jira_sync.jobs as j where j.state = 'running' and j.worker = w.incarnation
        );
    delete from jira_sync.job_history_default as h
    where h.finished_at < now() - make_interval(days => (select s.history_days from jira_sync.control as s));
end;
$$;

create or replace function jira_sync.watch(watched text[])
returns text[]
language plpgsql security definer
set search_path = ''
as $$
declare
    present text[];
    new_list text;
    old_list text;
    echo text;
begin
    select
        array_agg(a.attname::text order by a.attnum),
        string_agg(format(case when c.has_equality then 'n.%I' else 'n.%I::text' end, a.attname), ', ' order by a.attnum),
        string_agg(format(case when c.has_equality then 'o.%I' else 'o.%I::text' end, a.attname), ', ' order by a.attnum),
        string_agg(format('%L, n.%I', a.attname, a.attname), ', ' order by a.attnum)
    into present, new_list, old_list, echo
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_type as t on t.oid = a.atttypid
    inner join pg_catalog.pg_type as e
        on e.oid = coalesce(nullif(t.typbasetype, 0), case when t.typcategory = 'A' then t.typelem end, t.oid)
    -- Some types have no equality, and of types of extensions none is in sight here: an UPDATE of any application would fail.
    cross join lateral (
        select not (
            e.typname in ('json', 'xml', 'point', 'line', 'polygon')
            or (e.typtype = 'b' and e.typnamespace <> 'pg_catalog'::regnamespace)
        ) as has_equality
    ) as c
    where a.attrelid = 'public.file_audit'::regclass and a.attnum > 0 and not a.attisdropped
        and a.attname = any(watched);
    -- Workers of a fleet start together, and a function is replaced by one of them at a time.
    perform pg_advisory_xact_lock(1784835698, 0);
    if present is null then
        raise exception 'none of the columns % exists in public.file_audit', watched using
            errcode = 'undefined_column',
            hint = 'Compare the columns of the mapping with those of the table.';
    end if;

    -- The list of columns is written into the function: comparing through jsonb would cost every UPDATE dear.
    -- Without jit = off the planner compiles the comparison for 0.6 s before it looks at the first of 10,000 rows. Without
    -- the generic plan it plans anew for each single row, which is cheaper than ten by its reckoning, and takes 0.1 ms.
    execute format($function$
        create or replace function jira_sync.file_audit_updated()
        returns trigger
        language plpgsql security definer
        set search_path = '' set jit = off set enable_seqscan = off set plan_cache_mode = force_generic_plan
        as $body$
        declare
            ids bigint[];
            missing bigint[];
            changed bigint;
            covering bigint;
            is_one boolean;
            somebody_sleeps boolean;
        begin
            -- One row is what most statements change, and there each query costs more than what it does: so one query
            -- says what changed, whether a job waits already, locks that one (see below), and whether somebody sleeps.
            if current_setting('transaction_isolation') = 'read committed'
                and coalesce(current_setting('jira_sync.writer', true), '') = ''
            then
                select
                    n.id,
                    w.id,
                    not exists (select from new_rows offset 1),
                    w.id is not null and exists (
                        select from jira_sync.workers as s
                        where s.asleep and s.seen_at > clock_timestamp() - interval '30 seconds'
                    )
                into changed, covering, is_one, somebody_sleeps
                from new_rows as n
                inner join old_rows as o on o.id = n.id
                left join lateral (
                    select j.id from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = 'row:' || n.id
                        and j.kind in ('push', 'sync') and j.attempt = 0 and j.priority + 0 >= 0
                        and j.run_at + interval '0' <= clock_timestamp()
                    limit 1
                    for key share skip locked
                ) as w on true
                where (%1$s) is distinct from (%2$s)
                    and (
                        n.has_technical_debt or o.has_technical_debt
                        or exists (
                            select from jira_sync.links as l
                            where l.file_audit_id = n.id and l.state <> 'row_gone'
                        )
                    )
                limit 1;
                if changed is null then
                    return null;
                end if;
                if is_one then
                    if covering is null then
                        insert into jira_sync.jobs (kind, file_audit_id) values ('push', changed);
                    elsif somebody_sleeps then
                        perform pg_notify('jira_sync', '');
                    end if;
                    return null;
                end if;
            end if;

            -- A job only where a mapped column really changed and the row has, had or should have an issue.
            ids := array(
                select n.id
                from new_rows as n
                inner join old_rows as o on o.id = n.id
                where (%1$s) is distinct from (%2$s)
                    and (
                        n.has_technical_debt or o.has_technical_debt
                        or exists (
                            select from jira_sync.links as l
                            where l.file_audit_id = n.id and l.state <> 'row_gone'
                        )
                    )
            );
            if cardinality(ids) = 0 then
                return null;
            end if;

            -- What a worker writes, and says so, equals the base and is no news.
            if coalesce(current_setting('jira_sync.writer', true), '') <> '' then
                ids := array(
                    select n.id
                    from new_rows as n
                    where n.id = any(ids)
                        and not exists (
                            select from jira_sync.links as l
                            where l.file_audit_id = n.id and l.base_raw @> jsonb_build_object(%3$s)
                        )
                );
            end if;

            if current_setting('transaction_isolation') = 'read committed' then
                -- A job that waits already covers the change, provided that nobody claims it before this commits: so
                -- it is locked, and one that is locked already is not waited for. One look by key for each row: as a
                -- join, a plan made when the queue was short read all that waits for each single row, 0.5 ms at 1,000.
                -- The sums keep the planner from the index of what is due, which is as long.
                missing := array(
                    select u.id
                    from unnest(ids) as u (id)
                    left join lateral (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = 'row:' || u.id
                            and j.kind in ('push', 'sync') and j.attempt = 0 and j.priority + 0 >= 0
                            and j.run_at + interval '0' <= clock_timestamp()
                        limit 1
                        for key share skip locked
                    ) as w on true
                    where w.id is null
                );
                if cardinality(missing) > 0 then
                    insert into jira_sync.jobs (kind, file_audit_id)
                    select 'push', u.id from unnest(missing) as u (id);
                end if;
                -- A worker that looked meanwhile found that job locked, and went to sleep.
                if cardinality(missing) < cardinality(ids) then
                    perform jira_sync.wake();
                end if;
            elsif current_setting('transaction_isolation') = 'serializable' then
                -- Here even reading the queue would make the statements of neighbours fail, so nothing is looked up.
                insert into jira_sync.jobs (kind, file_audit_id)
                select 'push', u.id from unnest(ids) as u (id);
            else
                -- Locking a row that is newer than the snapshot would make the application's statement fail, so here
                -- only jobs of this very transaction count.
                insert into jira_sync.jobs (kind, file_audit_id)
                select 'push', u.id from unnest(ids) as u (id)
                where not exists (
                    select from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = 'row:' || u.id and j.kind in ('push', 'sync')
                        and j.attempt = 0 and j.xmin = pg_current_xact_id()::xid
                );
            end if;
            return null;
        end;
        $body$;
    $function$, new_list, old_list, echo);
    revoke execute on function jira_sync.file_audit_updated() from public;
    comment on function jira_sync.file_audit_updated() is
    'Trigger, written by watch(): a mapped column of a row with an issue changed.';

    if not exists (
        select from pg_catalog.pg_trigger as t
        where t.tgrelid = 'public.file_audit'::regclass and t.tgname = 'jira_sync_updated'
    ) then
        create trigger jira_sync_updated after update on public.file_audit
        referencing old table as old_rows new table as new_rows
        for each statement execute function jira_sync.file_audit_updated();
    end if;
    update jira_sync.site set watched_columns = present where watched_columns is distinct from present;
    return present;
end;
$$;

-- What was refused of a row that is gone is over; nobody was told so.
update jira_sync.links set last_error = null where state = 'row_gone' and last_error is not null;

-- One more would not fit, and a claim that fails for one job fails for all that are due with it.
alter table jira_sync.jobs add constraint jobs_counts_bounded check (attempt < 1000000000 and crashes < 1000000);

insert into jira_sync.migrations (version, name) values ('20261127000004', 'a_close_reading')
on conflict (version) do nothing;
