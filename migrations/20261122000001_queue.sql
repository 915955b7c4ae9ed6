-- The job queue: a schema of its own that knows nothing of JIRA.
--
-- Runs with `jira-sync migrate`, psql or `supabase db push`, as a role that is not a superuser.

create schema if not exists jira_sync;
revoke all on schema jira_sync from public;
comment on schema jira_sync is
'jira-sync: the queue, the links between rows of file_audit and JIRA issues, and their history.';

create table if not exists jira_sync.migrations (
    version text primary key check (version ~ '^[0-9]{14}$'),
    name text not null,
    checksum text,
    applied_at timestamptz not null default now()
);
comment on table jira_sync.migrations is
'Which migrations were applied. The checksum is filled in by `jira-sync migrate`.';

-- Least privilege for a worker that does not run as the owner. Somebody who may not create roles can still
-- install: the worker then runs as the owner.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'jira_sync_worker') then
        create role jira_sync_worker nologin;
    end if;
exception
    when insufficient_privilege then
        raise notice 'role jira_sync_worker not created: % may not create roles', current_user;
    when duplicate_object or unique_violation then
        null; -- another database of this cluster was being installed at the same moment
end;
$$;

-- Says in words what is wrong with a job, where a CHECK alone would only name itself.
create function jira_sync.job_is_valid(kind text, file_audit_id bigint, args jsonb)
returns boolean
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
    if kind not in (
        'push', 'pull', 'sync', 'poll', 'full_sync', 'sweep', 'report', 'notify', 'noop'
    ) then
        raise exception 'unknown job kind "%"', kind using
            errcode = 'check_violation',
            hint = 'Kinds are push, pull, sync, poll, full_sync, sweep, report, notify and noop.';
    end if;
    if kind in ('push', 'pull', 'sync') and file_audit_id is null then
        raise exception 'a job of kind % needs a file_audit_id', kind using
            errcode = 'check_violation',
            hint = 'insert into jira_sync.jobs (kind, file_audit_id) '
                || 'select ''push'', id from public.file_audit where file_number = ''0042''';
    end if;
    if jsonb_typeof(args) is distinct from 'object' then
        raise exception 'args of a job must be a JSON object' using errcode = 'check_violation';
    end if;
    return true;
end;
$$;
comment on function jira_sync.job_is_valid(text, bigint, jsonb) is
'Raises an error in words for a job that no worker could run.';

create table jira_sync.jobs (
    id bigint generated always as identity primary key,
    kind text not null,
    file_audit_id bigint,
    key text generated always as (
        case
            when kind in ('push', 'pull', 'sync') then 'row:' || file_audit_id
            when kind = 'notify' then 'notify:' || coalesce(args ->> 'channel', '')
            when kind = 'noop' then 'noop:' || (args ->> 'key')
            else kind
        end
    ) stored,
    state text not null default 'ready',
    priority integer not null default 0,
    run_at timestamptz not null default clock_timestamp(),
    attempt integer not null default 0,
    max_attempts integer not null default 20,
    crashes integer not null default 0,
    args jsonb not null default '{}',
    worker uuid,
    token bigint,
    last_error text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    cancel_requested boolean not null default false,
    merged bigint[] not null default '{}',
    -- Every insert, claim and retry checks this, so the function is only called to say what is wrong.
    constraint jobs_valid check (
        (
            kind in ('push', 'pull', 'sync', 'poll', 'full_sync', 'sweep', 'report', 'notify', 'noop')
            and (file_audit_id is not null or kind not in ('push', 'pull', 'sync'))
            and jsonb_typeof(args) = 'object'
        )
        or jira_sync.job_is_valid(kind, file_audit_id, args)
    ),
    constraint jobs_state_known check (state in ('ready', 'running', 'dead')),
    constraint jobs_lease_exactly_while_running check (
        (state = 'running') = (worker is not null)
        and (state = 'running') = (token is not null)
        and (state <> 'running' or started_at is not null)
    ),
    constraint jobs_cancel_only_while_running check (not cancel_requested or state = 'running'),
    constraint jobs_counts_not_negative check (attempt >= 0 and crashes >= 0 and max_attempts > 0)
) with (
    -- Rows live for a moment: vacuum by number, not by share, and leave a claim room beside the row.
    -- Giving pages at the end back locks everybody out for a moment.
    vacuum_truncate = off,
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
);

-- The claim walks these in order and reads only what is due. Nearly all jobs are of priority 0: theirs has no priority
-- to look through, so that the claim can begin behind the rows it has dealt with, however long vacuum is held up.
create index jobs_due on jira_sync.jobs (run_at, id) where state = 'ready' and priority = 0;
create index jobs_ranked on jira_sync.jobs (priority desc, run_at, id)
where state = 'ready' and priority <> 0;
-- Merging at the claim, and "does one wait already?" in triggers.
create index jobs_ready_key on jira_sync.jobs (key) where state = 'ready';
-- Never two live leases for one key: the claim sees to it, this proves it.
create unique index jobs_running_key on jira_sync.jobs (key) where state = 'running';
-- Nearly always empty: jobs that were there when a worker crashed, and dead ones.
create index jobs_suspect on jira_sync.jobs (run_at) where state = 'ready' and crashes > 0;
create index jobs_dead on jira_sync.jobs (key) where state = 'dead';

comment on table jira_sync.jobs is
'What waits and what runs. Only kind is needed to insert: '
'insert into jira_sync.jobs (kind, file_audit_id) values (''push'', 42).';
comment on column jira_sync.jobs.kind is
'push, pull, sync (a row, and which side may be written), poll, full_sync, sweep, report, notify, noop.';
comment on column jira_sync.jobs.file_audit_id is 'The row to look at, for push, pull and sync.';
comment on column jira_sync.jobs.key is
'Jobs of one key never run at the same time, and those that wait are merged when one is claimed.';
comment on column jira_sync.jobs.state is
'ready (due at run_at), running (under a lease) or dead (given up; retry_dead() tries again).';
comment on column jira_sync.jobs.priority is 'Larger is more urgent.';
comment on column jira_sync.jobs.run_at is 'Not before this time.';
comment on column jira_sync.jobs.attempt is 'How many runs were begun and charged.';
comment on column jira_sync.jobs.max_attempts is 'After so many failed attempts the job is dead.';
comment on column jira_sync.jobs.crashes is
'How often a worker died while it ran; counted apart from attempts.';
comment on column jira_sync.jobs.args is 'What else the handler should know; a JSON object.';
comment on column jira_sync.jobs.worker is 'The lease, first half: the incarnation of the worker.';
comment on column jira_sync.jobs.token is 'The lease, second half: the fencing token of this run.';
comment on column jira_sync.jobs.last_error is 'Why the last attempt did not succeed.';
comment on column jira_sync.jobs.created_at is 'When the job was enqueued.';
comment on column jira_sync.jobs.started_at is 'When the running attempt was claimed.';
comment on column jira_sync.jobs.cancel_requested is 'Somebody called cancel() while it ran.';
comment on column jira_sync.jobs.merged is 'Ids of the jobs of the same key that this one covers.';

create sequence jira_sync.lease_tokens as bigint;
comment on sequence jira_sync.lease_tokens is 'Fencing tokens: a new one for every lease.';

create table jira_sync.workers (
    incarnation uuid primary key,
    name text not null,
    kinds text[] not null,
    concurrency integer not null check (concurrency > 0),
    lease interval not null default '8 seconds' check (lease > '0'),
    asleep boolean not null default false,
    started_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    in_touch_since timestamptz not null default clock_timestamp()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
comment on table jira_sync.workers is
'Worker processes. A lease lives while its worker was seen less than `lease` ago.';
comment on column jira_sync.workers.incarnation is 'A new one for every start of a process.';
comment on column jira_sync.workers.name is 'Host and process id.';
comment on column jira_sync.workers.asleep is 'Waits for NOTIFY; nobody asleep, no NOTIFY sent.';
comment on column jira_sync.workers.seen_at is 'The last heartbeat, by the clock of the database.';
comment on column jira_sync.workers.in_touch_since is
'Since when no heartbeat came late. Who was out of touch himself does not judge others.';

create table jira_sync.job_history (
    id bigint not null,
    kind text not null,
    file_audit_id bigint,
    attempt integer not null,
    outcome text not null,
    error text,
    worker uuid,
    enqueued_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz not null default clock_timestamp(),
    merged bigint[] not null default '{}',
    constraint job_history_outcome_known check (
        outcome in ('done', 'retry', 'refused', 'dead', 'cancelled', 'crashed', 'returned')
    )
) partition by range (finished_at);
create index job_history_id on jira_sync.job_history (id);
create index job_history_row on jira_sync.job_history (file_audit_id, finished_at)
where file_audit_id is not null;
comment on table jira_sync.job_history is
'Every attempt of every job with its outcome; a partition a day, old days are dropped.';
comment on column jira_sync.job_history.id is 'The id the job has or had in jobs.';
comment on column jira_sync.job_history.outcome is
'done, retry (will be tried again), refused (no use trying again as it is), dead (attempts used up), '
'cancelled, crashed (its worker died), returned (given back unharmed).';
comment on column jira_sync.job_history.merged is 'Ids of jobs of the same key that this run covered.';

-- A day without its own partition must never stop a job from being completed.
create table jira_sync.job_history_default partition of jira_sync.job_history default;

create table jira_sync.control (
    singleton boolean primary key default true check (singleton),
    paused_at timestamptz,
    pause_reason text,
    maintained_at timestamptz not null default '-infinity',
    history_days integer not null default 14 check (history_days between 1 and 3650)
);
insert into jira_sync.control default values;
comment on table jira_sync.control is 'One row: whether the queue is paused, and its housekeeping.';
comment on column jira_sync.control.pause_reason is 'Why it was paused, by pause(reason).';
comment on column jira_sync.control.history_days is 'How many days of job_history are kept.';

-- ---------------------------------------------------------------------------------------------------------
-- Waking workers
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.wake()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- NOTIFY takes a lock that every commit waits for, so it is sent only when somebody sleeps. A worker that
    -- was not seen for half a minute is not asleep but gone.
    if exists (
        select from jira_sync.workers as w
        where w.asleep and w.seen_at > clock_timestamp() - interval '30 seconds'
    ) then
        perform pg_notify('jira_sync', '');
    end if;
end;
$$;
comment on function jira_sync.wake() is 'Wakes sleeping workers, once the transaction commits.';

create function jira_sync.jobs_changed()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    perform jira_sync.wake();
    return null;
end;
$$;
comment on function jira_sync.jobs_changed() is 'Trigger: at most one NOTIFY a statement.';

create trigger jobs_inserted after insert on jira_sync.jobs
for each statement execute function jira_sync.jobs_changed();
-- A claim never names run_at, so workers do not wake each other by claiming.
create trigger jobs_rescheduled after update of run_at on jira_sync.jobs
for each statement execute function jira_sync.jobs_changed();

-- ---------------------------------------------------------------------------------------------------------
-- The worker's side: register, claim, hold, settle, pulse, rescue
-- ---------------------------------------------------------------------------------------------------------

-- Here and below plans are generic: for a batch of one job a plan of its own looks cheaper, and making it for every
-- call takes longer than what it does.
create function jira_sync.claim(
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
begin
    -- 0. Nothing is claimed while paused.
    if exists (select from jira_sync.control as c where c.paused_at is not null) then
        return;
    end if;

    -- 1. A job that was running in a crash runs alone: a worker with empty hands takes just it. One that waits
    --    for five seconds makes busy workers finish what they hold first.
    select array_agg(s.id), array_agg(s.key) into ids, keys
    from (
        select j.id, j.key
        from jira_sync.jobs as j
        where j.state = 'ready' and j.crashes > 0
            and j.run_at <= moment - case when holds_nothing then interval '0' else interval '5 s' end
            and j.kind = any(claimed_kinds)
            and not exists (
                select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key
            )
        order by j.run_at
        limit 1
        for update skip locked
    ) as s;
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
                        and not exists (
                            select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key
                        )
                    order by j.run_at, j.id
                    limit job_limit - cardinality(ids)
                    for update skip locked
                ) as s;
            else
                select array_agg(s.id), array_agg(s.key) into more_ids, more_keys
                from (
                    select j.id, j.key from jira_sync.jobs as j
                    where j.state = 'ready' and j.priority <> 0 and j.priority = level
                        and j.run_at <= moment
                        and j.crashes = 0 and j.kind = any(claimed_kinds)
                        and not exists (
                            select from jira_sync.jobs as r where r.state = 'running' and r.key = j.key
                        )
                    order by j.run_at, j.id
                    limit job_limit - cardinality(ids)
                    for update skip locked
                ) as s;
            end if;
            ids := ids || coalesce(more_ids, '{}');
            keys := keys || coalesce(more_keys, '{}');
            exit when cardinality(ids) >= job_limit;
        end loop;
    end if;
    if cardinality(ids) = 0 then
        return;
    end if;

    -- 3. One claimer a key: who does not get the lock leaves the key to the one that has it.
    keys := array(
        select k.key from (select distinct u.key from unnest(keys) as u (key)) as k
        where k.key is not null
            and pg_try_advisory_xact_lock(1784835698, hashtext(k.key))
    );
    -- 4. A new snapshot, taken after the locks: what was claimed by somebody else meanwhile shows now. A key with a
    --    job that has to run alone is not taken along with others.
    keys := array(
        select k.key from unnest(keys) as k (key)
        where not exists (
            select from jira_sync.jobs as r where r.state = 'running' and r.key = k.key
        )
        and (alone or not exists (
            select from jira_sync.jobs as s where s.state = 'ready' and s.crashes > 0 and s.key = k.key
        ))
    );

    -- 5. The oldest row of each key survives and covers the others. A row that somebody has locked (a change not
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
        where j.id = any(ids) and j.key is null
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

    -- 6. Who has work is seen, and is not asleep. Leases of a worker that nobody knows would end at once.
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
end;
$$;
comment on function jira_sync.claim(uuid, text[], integer, boolean, boolean, interval) is
'Takes leases on due jobs: one a key, the others of the key merged into it.';

create function jira_sync.hold(holder uuid, ids bigint[], tokens bigint[])
returns setof bigint
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
    -- A worker that stalls in the middle of a transaction must not keep others from its jobs.
    perform set_config('idle_in_transaction_session_timeout', '5s', true);
    return query
    select j.id
    from (select h.id, h.token from unnest(ids, tokens) as h (id, token) order by h.id) as u
    -- By the primary key, for the reason that settle() gives.
    cross join lateral (
        select r.id from jira_sync.jobs as r
        where r.id = u.id and r.token = u.token and r.worker = holder
        for update
    ) as j;
end;
$$;
comment on function jira_sync.hold(uuid, bigint[], bigint[]) is
'Locks those of the jobs whose lease still holds; first in every transaction that writes for a job.';

create function jira_sync.settle(
    holder uuid, ids bigint[], tokens bigint[], outcomes text[], errors text[],
    delays double precision[], charged boolean[]
)
returns setof bigint
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
    -- The trigger on run_at does not see to it here: Postgres fires a statement's triggers once for a table, for the
    -- columns of its last UPDATE.
    if 'retry' = any(outcomes) or 'returned' = any(outcomes) then
        perform jira_sync.wake();
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
comment on function jira_sync.settle(
    uuid, bigint[], bigint[], text[], text[], double precision[], boolean[]
) is
'Ends runs under their leases and records them; returns the ids that were still held. Others are left alone.';

create function jira_sync.register(
    me uuid, named text, handled_kinds text[], slots integer, lease_seconds double precision
)
returns void
language sql
set search_path = ''
as $$
    insert into jira_sync.workers (incarnation, name, kinds, concurrency, lease)
    values (me, named, handled_kinds, slots, make_interval(secs => lease_seconds))
    on conflict (incarnation) do update
    set seen_at = clock_timestamp(), in_touch_since = clock_timestamp(), asleep = false;
$$;
comment on function jira_sync.register(uuid, text, text[], integer, double precision) is
'Announces a worker.';

create function jira_sync.give_back(me uuid, kept bigint[])
returns bigint
language sql
set search_path = '' set jit = off
as $$
    with strays as (
        select array_agg(j.id) as ids, array_agg(j.token) as tokens
        from jira_sync.jobs as j
        where j.state = 'running' and j.worker = me and j.token <> all(kept)
    )
    select count(*)
    from strays as s
    cross join lateral jira_sync.settle(
        me, s.ids, s.tokens, array_fill('returned'::text, array[coalesce(cardinality(s.ids), 0)]), null, null,
        array_fill(false, array[coalesce(cardinality(s.ids), 0)])
    );
$$;
comment on function jira_sync.give_back(uuid, bigint[]) is
'Gives back, unharmed, what a worker holds beside these tokens: leases of a claim whose answer never reached it.';

create function jira_sync.unregister(me uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform jira_sync.give_back(me, '{}');
    delete from jira_sync.workers as w where w.incarnation = me;
    -- What it could not finish or did not get to is for the others.
    if exists (select from jira_sync.jobs as j where j.state = 'ready' and j.run_at <= now()) then
        perform jira_sync.wake();
    end if;
end;
$$;
comment on function jira_sync.unregister(uuid) is 'Takes leave of a worker; what it did not settle is given back unharmed.';

create function jira_sync.pulse(me uuid, falls_asleep boolean default false)
returns table (
    known boolean, paused boolean, due_now boolean, due_in double precision, rescue_in double precision,
    cancelled bigint[], held bigint[], maintenance_due boolean
)
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
    mine jira_sync.workers;
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

    -- For who sleeps: whether something is due that could be claimed, and when the next job will be.
    due_now := false;
    if mine.asleep then
        due_now := exists (
            select from jira_sync.jobs as j
            where j.state = 'ready' and j.priority = 0 and j.run_at <= clock_timestamp()
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
comment on function jira_sync.pulse(uuid, boolean) is
'One heartbeat: renews all leases of the worker and says what it should know.';

create function jira_sync.rescue(me uuid)
returns bigint
language sql
set search_path = '' set jit = off
as $$
    with lapsed as materialized (
        select j.id, j.token, coalesce(w.name, j.worker::text) as worker_name
        from jira_sync.jobs as j
        left join jira_sync.workers as w on w.incarnation = j.worker
        where j.state = 'running' and j.worker <> me
            and coalesce(w.seen_at + w.lease, '-infinity') < clock_timestamp()
            -- Who is or was out of touch himself, or meets a database that has just come back, does not judge.
            and pg_postmaster_start_time() + coalesce(w.lease, '8 s') < clock_timestamp()
            and exists (
                select from jira_sync.workers as m
                where m.incarnation = me and m.in_touch_since + m.lease < clock_timestamp()
                    and m.seen_at + m.lease >= clock_timestamp()
            )
    ),
    -- Locked by the lease that lapsed: meanwhile another worker may have rescued the job, and a third one runs it.
    expired as materialized (
        select j.id, j.kind, j.file_audit_id, j.attempt, j.crashes, j.worker, j.created_at, j.started_at,
            j.merged, j.cancel_requested, l.worker_name
        from jira_sync.jobs as j
        inner join lapsed as l on l.id = j.id and l.token = j.token
        where j.state = 'running'
        for update of j skip locked
    ),
    rescued as (
        update jira_sync.jobs as j
        set
            state = case when e.crashes >= 2 then 'dead' else 'ready' end,
            worker = null, token = null, cancel_requested = false,
            crashes = e.crashes + 1,
            attempt = greatest(e.attempt - 1, 0),
            run_at = now(),
            last_error = 'worker ' || e.worker_name || ' was lost while it ran this job (crash '
                || e.crashes + 1 || ' of 3)'
        from expired as e where j.id = e.id and not e.cancel_requested
    ),
    cancelled as (
        delete from jira_sync.jobs as j using expired as e where j.id = e.id and e.cancel_requested
    ),
    recorded as (
        insert into jira_sync.job_history (
            id, kind, file_audit_id, attempt, outcome, error, worker, enqueued_at, started_at, merged
        )
        select
            e.id, e.kind, e.file_audit_id, e.attempt,
            case when e.cancel_requested then 'cancelled' else 'crashed' end,
            'worker ' || e.worker_name || ' was lost', e.worker, e.created_at, e.started_at, e.merged
        from expired as e
    ),
    forgotten as (
        delete from jira_sync.workers as w
        where w.seen_at + w.lease + interval '1 minute' < clock_timestamp()
            and not exists (
                select from jira_sync.jobs as j where j.state = 'running' and j.worker = w.incarnation
            )
    )
    select count(*) from expired;
$$;
comment on function jira_sync.rescue(uuid) is
'Gives jobs of lost workers back, with a crash counted and no attempt charged; after three they are dead.';

create function jira_sync.maintain()
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
    delete from jira_sync.job_history_default as h
    where h.finished_at < now() - make_interval(days => (select s.history_days from jira_sync.control as s));
end;
$$;
comment on function jira_sync.maintain() is
'Housekeeping, at most once an hour: makes partitions of job_history ahead and drops old ones.';

-- ---------------------------------------------------------------------------------------------------------
-- For people: pause, resume, cancel, retry
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.pause(reason text default 'paused by hand')
returns void
language sql
set search_path = ''
as $$
    update jira_sync.control set paused_at = coalesce(paused_at, now()), pause_reason = reason;
$$;
comment on function jira_sync.pause(text) is
'Nothing more is claimed until resume(); what runs is finished. The reason is shown by status.';

create function jira_sync.resume()
returns void
language plpgsql
set search_path = ''
as $$
begin
    update jira_sync.control set paused_at = null, pause_reason = null where paused_at is not null;
    perform jira_sync.wake();
end;
$$;
comment on function jira_sync.resume() is 'Ends a pause.';

create function jira_sync.retry_dead()
returns bigint
language sql
set search_path = ''
as $$
    with revived as (
        update jira_sync.jobs
        set state = 'ready', attempt = 0, crashes = 0, run_at = now()
        where state = 'dead'
        returning 1
    )
    select count(*) from revived;
$$;
comment on function jira_sync.retry_dead() is 'Makes all dead jobs ready again and says how many they were.';

create function jira_sync.cancel(job bigint)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    found_job jira_sync.jobs;
begin
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
comment on function jira_sync.cancel(bigint) is
'Takes a job back: a waiting or dead one at once, a running one as soon as its worker can stop. '
'False where there is no such job.';

create function jira_sync.enqueue(kind text, file_audit_id bigint default null)
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
comment on function jira_sync.enqueue(text, bigint) is
'Enqueues a job, or finds the one that waits already; returns its id.';

-- ---------------------------------------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.migrations enable row level security;
alter table jira_sync.jobs enable row level security;
alter table jira_sync.workers enable row level security;
alter table jira_sync.job_history enable row level security;
alter table jira_sync.job_history_default enable row level security;
alter table jira_sync.control enable row level security;

revoke execute on all functions in schema jira_sync from public;

select jira_sync.maintain();

insert into jira_sync.migrations (version, name) values ('20261122000001', 'queue')
on conflict (version) do nothing;
