CREATE SCHEMA jira_sync;
COMMENT ON SCHEMA jira_sync IS 'jira-sync: the queue, the links between rows of file_audit and JIRA issues, and their history.';
CREATE FUNCTION jira_sync.announce_channels(worker_name text, offered jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    -- Workers of a fleet start together.
    perform pg_advisory_xact_lock(1784835698, 2);
    insert into jira_sync.channels (
        name, severity, kinds, also, never, resolved, digest, by_issue, holders
    )
    select
        o.name, o.severity, o.kinds, o.also, o.never, o.resolved, make_interval(secs => o.digest),
        o.by_issue, array[worker_name]
    from jsonb_to_recordset(offered) as o (
        name text, severity text, kinds text[], also text[], never text[], resolved boolean,
        digest double precision, by_issue boolean
    )
    on conflict (name) do update
    set
        active = true, severity = excluded.severity, kinds = excluded.kinds, also = excluded.also,
        never = excluded.never, resolved = excluded.resolved, digest = excluded.digest,
        by_issue = excluded.by_issue, updated_at = now(),
        holders = array(
            select distinct h.name from unnest(channels.holders || excluded.holders) as h (name)
            where h.name = worker_name
                or exists (select from jira_sync.workers as w where w.name = h.name)
        );
    -- One that this worker does not have goes on as long as another does. Somebody who drains the queue of a machine
    -- without the settings does not silence those who have them.
    update jira_sync.channels as c
    set
        active = exists (
            select from jira_sync.workers as w
            where w.name = any(array_remove(c.holders, worker_name))
                and w.seen_at > clock_timestamp() - interval '1 minute'
        ),
        holders = array_remove(c.holders, worker_name), updated_at = now()
    where c.active
        and c.name not in (select o.name from jsonb_to_recordset(offered) as o (name text));
end;
$$;
COMMENT ON FUNCTION jira_sync.announce_channels(worker_name text, offered jsonb) IS 'Says which channels a worker has, and what goes there; those that no living worker has any more end.';
CREATE FUNCTION jira_sync.arrange_schedule(schedule text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
declare
    s jira_sync.schedules;
    pg_cron record;
    expression text;
    job bigint;
    why text;
begin
    -- The row is locked: whoever takes a tick at this moment is through with it first.
    select * into s from jira_sync.schedules as r where r.name = schedule for update;
    if not found then
        return null;
    end if;
    select * into pg_cron from jira_sync.pg_cron_state();
    why := pg_cron.reason;
    if pg_cron.usable and s.enabled then
        expression := jira_sync.cron_for_pg_cron(s.cron, pg_cron.seconds);
        if expression is null then
            why := format('pg_cron %s cannot keep "%s"', pg_cron.version, s.cron);
        else
            begin
                execute 'select cron.schedule($1, $2, $3)' into job
                using 'jira_sync:' || s.name, expression, format('select jira_sync.tick(%L)', s.name);
            exception
                when others then
                    why := 'pg_cron refused it: ' || sqlerrm;
            end;
        end if;
    end if;
    if job is null and pg_cron.usable then
        execute 'select cron.unschedule(j.jobid) from cron.job as j where j.jobname = $1 and j.username = current_user'
        using 'jira_sync:' || s.name;
    end if;
    update jira_sync.schedules as r
    set keeper = case when job is null then 'worker' else 'pg_cron' end, cron_job = job,
        keeper_reason = case when job is null then why end
    where r.name = schedule;
    -- The workers' timers may wait for too late a moment.
    perform pg_notify('jira_sync', 'schedules');
    return case when job is null then 'worker' else 'pg_cron' end;
end;
$_$;
COMMENT ON FUNCTION jira_sync.arrange_schedule(schedule text) IS 'Gives a schedule to pg_cron where it can keep it, else to the workers; returns who keeps it.';
CREATE FUNCTION jira_sync.call_obstacle(endpoint text, issue text, since_generation bigint, probes boolean DEFAULT false) RETURNS TABLE(wait double precision, blocked_scope text, blocked_reason text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select 1::double precision, 'circuit', c.reason
    from jira_sync.circuit as c where c.state <> 'closed' and not call_obstacle.probes
    union all
    (
        select extract(epoch from r.blocked_until - clock_timestamp())::double precision, r.scope, r.reason
        from jira_sync.rate_limits as r
        where r.scope in ('site', 'endpoint:' || call_obstacle.endpoint, 'issue:' || call_obstacle.issue)
            and r.blocked_until > clock_timestamp()
        order by r.blocked_until desc limit 1
    )
    union all
    -- Blocked and free again since: the moments of before are given out anew.
    select 0::double precision, 'anew', null
    from jira_sync.rate_limits as r
    where r.scope = 'site' and r.generation <> call_obstacle.since_generation
    limit 1;
$$;
COMMENT ON FUNCTION jira_sync.call_obstacle(endpoint text, issue text, since_generation bigint, probes boolean) IS 'What has come in the way of a call since it was given its moment; no row where nothing has.';
CREATE FUNCTION jira_sync.cancel(job bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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
COMMENT ON FUNCTION jira_sync.cancel(job bigint) IS 'Takes a job back: a waiting or dead one at once, a running one as soon as its worker can stop. False where there is no such job.';
CREATE FUNCTION jira_sync.cause(error text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    -- What differs from row to row is taken out: texts in quotes, paths, keys of issues, numbers.
    select left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        left(error, 2000),
        '"[^"]*"|''[^'']*''|“[^”]*”', '…', 'g'),
        '\S*/\S*', '…', 'g'),
        '\m[A-Z][A-Z0-9_]+-[0-9]+\M', '…', 'g'),
        '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '#', 'g'), 500);
$$;
COMMENT ON FUNCTION jira_sync.cause(error text) IS 'What an error has in common with those of the same cause.';
CREATE FUNCTION jira_sync.circuit_passed(me uuid, called text, credentials text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    known jira_sync.circuit;
begin
    select * into known from jira_sync.circuit for update;
    insert into jira_sync.jira_sessions as s (worker, name, credentials, verified_at)
    values (me, called, circuit_passed.credentials, clock_timestamp())
    on conflict (worker) do update
    set credentials = excluded.credentials, verified_at = excluded.verified_at, closed_reason = null,
        seen_at = clock_timestamp();
    delete from jira_sync.jira_sessions as s
    where s.seen_at < clock_timestamp() - interval '10 minutes'
        and not exists (select from jira_sync.workers as w where w.incarnation = s.worker);
    if known.state = 'closed' then
        return false;
    end if;
    update jira_sync.circuit as c
    set
        state = 'closed', since = clock_timestamp(), prober = null, next_probe_at = null,
        closed_credentials = circuit_passed.credentials;
    perform jira_sync.resolve_event(
        'circuit_closed', 'circuit',
        format('JIRA answers again, after %s s', round(extract(epoch from clock_timestamp() - known.since)))
    );
    perform pg_notify('jira_sync', 'circuit');
    return true;
end;
$$;
COMMENT ON FUNCTION jira_sync.circuit_passed(me uuid, called text, credentials text) IS 'JIRA believed a worker: closes the circuit for everybody; returns whether it had been open.';
CREATE FUNCTION jira_sync.circuit_probe_failed(me uuid, reason text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    update jira_sync.circuit as c
    set
        state = 'open', prober = null, probes = c.probes + 1, reason = left(circuit_probe_failed.reason, 2000),
        next_probe_at = clock_timestamp()
            + interval '1 second' * least(30, power(2, least(c.probes + 1, 10))) * (0.7 + 0.3 * random())
    where c.prober = me and c.state = 'half_open';
$$;
COMMENT ON FUNCTION jira_sync.circuit_probe_failed(me uuid, reason text) IS 'The probe got no further: the next one comes after 2, 4, 8, 16, 30 s, a little varied.';
CREATE FUNCTION jira_sync.circuit_trouble(me uuid, called text, credentials text, cause text, reason text, remedy text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    known jira_sync.circuit;
    unproven boolean;
begin
    select * into known from jira_sync.circuit for update;
    unproven := not exists (
        select from jira_sync.jira_sessions as s
        where s.worker = me and s.verified_at is not null and s.closed_reason is null
    );
    insert into jira_sync.jira_sessions as s (worker, name, credentials, closed_reason)
    values (me, called, circuit_trouble.credentials, circuit_trouble.reason)
    on conflict (worker) do update
    set closed_reason = excluded.closed_reason, seen_at = clock_timestamp();
    if known.state <> 'closed' then
        return 'open';
    end if;
    -- Who never got through, or has not since it failed, or whose credentials are not those of others who do, is alone
    -- with it: one worker that is set up wrongly must not stop the others, nor open and close the circuit in turn with them.
    if exists (
        select from jira_sync.jira_sessions as s
        inner join jira_sync.workers as w on w.incarnation = s.worker
        where s.worker <> me and s.verified_at is not null and s.closed_reason is null
            and w.seen_at + greatest(w.lease, interval '15 seconds') > clock_timestamp()
            and (unproven or (circuit_trouble.cause <> 'unreachable' and s.credentials <> circuit_trouble.credentials))
    ) then
        return 'alone';
    end if;
    update jira_sync.circuit as c
    set
        state = 'open', cause = circuit_trouble.cause, reason = left(circuit_trouble.reason, 2000),
        since = clock_timestamp(), opened_by = called, opened_count = c.opened_count + 1, probes = 0, prober = null,
        next_probe_at = clock_timestamp() + interval '1 second' * (0.7 + 0.3 * random());
    perform jira_sync.emit(
        'circuit_opened', 'error', 'circuit', coalesce((select s.base_url from jira_sync.site as s), 'JIRA'),
        circuit_trouble.reason, circuit_trouble.remedy
    );
    perform pg_notify('jira_sync', 'circuit');
    return 'opened';
end;
$$;
COMMENT ON FUNCTION jira_sync.circuit_trouble(me uuid, called text, credentials text, cause text, reason text, remedy text) IS 'A worker cannot call JIRA at all: opens the circuit for everybody (opened), finds it open (open), or is alone with it.';
CREATE FUNCTION jira_sync.circuit_turn(me uuid) RETURNS TABLE(state text, mine boolean, wait double precision, reason text, closed_credentials text)
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    known jira_sync.circuit;
begin
    select * into known from jira_sync.circuit for update;
    state := known.state;
    reason := known.reason;
    closed_credentials := known.closed_credentials;
    -- Who probes and is not heard of for half a minute is gone; then next_probe_at has passed, too.
    mine := known.state <> 'closed' and known.next_probe_at <= clock_timestamp();
    if mine then
        known.next_probe_at := clock_timestamp() + interval '30 seconds';
        update jira_sync.circuit as c
        set state = 'half_open', prober = me, next_probe_at = known.next_probe_at;
        state := 'half_open';
    end if;
    wait := greatest(0, extract(epoch from known.next_probe_at - clock_timestamp()));
    return next;
end;
$$;
COMMENT ON FUNCTION jira_sync.circuit_turn(me uuid) IS 'How the circuit stands, whether it is this worker''s turn to probe, and else in how many seconds somebody''s is.';
CREATE FUNCTION jira_sync.job_is_valid(kind text, file_audit_id bigint, args jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
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
COMMENT ON FUNCTION jira_sync.job_is_valid(kind text, file_audit_id bigint, args jsonb) IS 'Raises an error in words for a job that no worker could run.';
CREATE TABLE jira_sync.jobs (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_audit_id bigint,
    key text GENERATED ALWAYS AS (
CASE
    WHEN (kind = ANY (ARRAY['push'::text, 'pull'::text, 'sync'::text])) THEN ('row:'::text || file_audit_id)
    WHEN (kind = 'notify'::text) THEN ('notify:'::text || COALESCE((args ->> 'channel'::text), ''::text))
    WHEN (kind = 'noop'::text) THEN ('noop:'::text || (args ->> 'key'::text))
    ELSE kind
END) STORED COLLATE pg_catalog."C",
    state text DEFAULT 'ready'::text NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 20 NOT NULL,
    crashes integer DEFAULT 0 NOT NULL,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    worker uuid,
    token bigint,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    cancel_requested boolean DEFAULT false NOT NULL,
    merged bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    CONSTRAINT jobs_cancel_only_while_running CHECK (((NOT cancel_requested) OR (state = 'running'::text))),
    CONSTRAINT jobs_counts_bounded CHECK (((attempt < 1000000000) AND (crashes < 1000000))),
    CONSTRAINT jobs_counts_not_negative CHECK (((attempt >= 0) AND (crashes >= 0) AND (max_attempts > 0))),
    CONSTRAINT jobs_lease_exactly_while_running CHECK ((((state = 'running'::text) = (worker IS NOT NULL)) AND ((state = 'running'::text) = (token IS NOT NULL)) AND ((state <> 'running'::text) OR (started_at IS NOT NULL)))),
    CONSTRAINT jobs_state_known CHECK ((state = ANY (ARRAY['ready'::text, 'running'::text, 'dead'::text]))),
    CONSTRAINT jobs_valid CHECK ((((kind = ANY (ARRAY['push'::text, 'pull'::text, 'sync'::text, 'poll'::text, 'full_sync'::text, 'sweep'::text, 'report'::text, 'notify'::text, 'noop'::text])) AND ((file_audit_id IS NOT NULL) OR (kind <> ALL (ARRAY['push'::text, 'pull'::text, 'sync'::text]))) AND (jsonb_typeof(args) = 'object'::text)) OR jira_sync.job_is_valid(kind, file_audit_id, args)))
)
WITH (vacuum_truncate=off, fillfactor='70', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000', autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='20000');
COMMENT ON TABLE jira_sync.jobs IS 'What waits and what runs. Only kind is needed to insert: insert into jira_sync.jobs (kind, file_audit_id) values (''push'', 42).';
COMMENT ON COLUMN jira_sync.jobs.kind IS 'push, pull, sync (a row, and which side may be written), poll, full_sync, sweep, report, notify, noop.';
COMMENT ON COLUMN jira_sync.jobs.file_audit_id IS 'The row to look at, for push, pull and sync.';
COMMENT ON COLUMN jira_sync.jobs.key IS 'Jobs of one key never run at the same time, and those that wait are merged when one is claimed.';
COMMENT ON COLUMN jira_sync.jobs.state IS 'ready (due at run_at), running (under a lease) or dead (given up; retry_dead() tries again).';
COMMENT ON COLUMN jira_sync.jobs.priority IS 'Larger is more urgent.';
COMMENT ON COLUMN jira_sync.jobs.run_at IS 'Not before this time.';
COMMENT ON COLUMN jira_sync.jobs.attempt IS 'How many runs were begun and charged.';
COMMENT ON COLUMN jira_sync.jobs.max_attempts IS 'After so many failed attempts the job is dead.';
COMMENT ON COLUMN jira_sync.jobs.crashes IS 'How often a worker died while it ran; counted apart from attempts.';
COMMENT ON COLUMN jira_sync.jobs.args IS 'What else the handler should know; a JSON object.';
COMMENT ON COLUMN jira_sync.jobs.worker IS 'The lease, first half: the incarnation of the worker.';
COMMENT ON COLUMN jira_sync.jobs.token IS 'The lease, second half: the fencing token of this run.';
COMMENT ON COLUMN jira_sync.jobs.last_error IS 'Why the last attempt did not succeed.';
COMMENT ON COLUMN jira_sync.jobs.created_at IS 'When the job was enqueued.';
COMMENT ON COLUMN jira_sync.jobs.started_at IS 'When the running attempt was claimed.';
COMMENT ON COLUMN jira_sync.jobs.cancel_requested IS 'Somebody called cancel() while it ran.';
COMMENT ON COLUMN jira_sync.jobs.merged IS 'Ids of the jobs of the same key that this one covers.';
CREATE FUNCTION jira_sync.claim(claimer uuid, claimed_kinds text[], job_limit integer, holds_nothing boolean, lowest_first boolean DEFAULT false, look_back interval DEFAULT NULL::interval, is_seen boolean DEFAULT false) RETURNS SETOF jira_sync.jobs
    LANGUAGE plpgsql
    SET search_path TO ''
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_material TO 'off'
    AS $$
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
    spared_ids bigint[] := '{}';
    spared_keys text[] := '{}';
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
    --    Of what one crash has left there may be hundreds, and each takes a worker to itself: so they take turns with what
    --    else is due, in one worker of the fleet at a time.
    if alone and (
        select j.id from jira_sync.jobs as j
        where j.state = 'ready' and j.priority = 0 and j.run_at <= moment and j.run_at >= earliest
            and j.crashes = 0 and j.kind = any(claimed_kinds)
        limit 1
    ) is not null then
        alone := (
            select r.id from jira_sync.jobs as r where r.state = 'running' and r.crashes > 0 limit 1
        ) is null and not (
            holds_nothing
            and coalesce((select w.took_suspect from jira_sync.workers as w where w.incarnation = claimer), false)
        );
        if holds_nothing and not alone then
            spared_ids := ids;
            spared_keys := keys;
        end if;
    end if;
    if alone and not holds_nothing then
        return;
    end if;
    if ids is not null then
        update jira_sync.workers as w set took_suspect = alone
        where w.incarnation = claimer and w.took_suspect <> alone;
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
        if cardinality(ids) = 0 and cardinality(spared_ids) > 0 then
            -- What else is due cannot be had: it is locked, or of a key with a job that has to run alone.
            alone := true;
            ids := spared_ids;
            keys := spared_keys;
            update jira_sync.workers as w set took_suspect = true where w.incarnation = claimer;
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
COMMENT ON FUNCTION jira_sync.claim(claimer uuid, claimed_kinds text[], job_limit integer, holds_nothing boolean, lowest_first boolean, look_back interval, is_seen boolean) IS 'Takes leases on due jobs: one a key, the others of the key merged into it.';
CREATE FUNCTION jira_sync.collect_deliveries(channel text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    taken bigint[];
    apart boolean := (select c.by_issue from jira_sync.channels as c where c.name = collect_deliveries.channel);
begin
    with gone as (
        delete from jira_sync.deliveries as d
        where d.id in (
            select o.id from jira_sync.deliveries as o
            where o.channel = collect_deliveries.channel order by o.id limit 20000
        )
        returning d.event_id
    )
    select array_agg(g.event_id) into taken from gone as g;
    if taken is null then
        return 0;
    end if;
    insert into jira_sync.threads as t (
        channel, fingerprint, issue_key, kind, severity, event_id, waiting, waiting_since, waiting_until,
        subjects, many, last_event_id
    )
    select
        collect_deliveries.channel, e.fingerprint, case when apart then e.issue_key else '' end,
        (array_agg(e.kind order by e.id))[1],
        case
            when bool_or(e.severity = 'error') then 'error'
            when bool_or(e.severity = 'warning') then 'warning'
            else 'info'
        end,
        min(e.id), count(*), min(e.at), max(e.at),
        (array_agg(distinct e.subject order by e.subject))[1:10], count(distinct e.subject) > 1, max(e.id)
    from jira_sync.events as e
    where e.id = any(taken) and not e.resolves
    group by 2, 3
    on conflict on constraint threads_pkey do update
    set
        kind = excluded.kind, severity = excluded.severity,
        event_id = case when t.waiting = 0 then excluded.event_id else t.event_id end,
        waiting = t.waiting + excluded.waiting,
        waiting_since = least(t.waiting_since, excluded.waiting_since),
        waiting_until = greatest(t.waiting_until, excluded.waiting_until),
        subjects = (array(
            select distinct s.subject from unnest(t.subjects || excluded.subjects) as s (subject) order by 1
        ))[1:10],
        -- What it was about when it was last told is in no list any more, but its event knows.
        many = t.many or excluded.many or excluded.subjects[1] is distinct from coalesce(
            t.subjects[1], (select e.subject from jira_sync.events as e where e.id = t.event_id)
        ),
        last_event_id = greatest(t.last_event_id, excluded.last_event_id);
    -- What nobody was told of needs no "it has gone".
    update jira_sync.threads as t
    set resolved_event_id = r.event_id
    from (
        select e.fingerprint, max(e.id) as event_id
        from jira_sync.events as e
        where e.id = any(taken) and e.resolves
        group by e.fingerprint
    ) as r
    where t.channel = collect_deliveries.channel and t.fingerprint = r.fingerprint
        and (t.is_open or t.waiting > 0) and r.event_id > t.last_event_id;
    -- What came after it makes it open again.
    update jira_sync.threads as t
    set resolved_event_id = null
    where t.channel = collect_deliveries.channel and t.resolved_event_id < t.last_event_id;
    return cardinality(taken);
end;
$$;
COMMENT ON FUNCTION jira_sync.collect_deliveries(channel text) IS 'Counts what waits in the outbox of a channel to its causes; for the worker that holds its job. Returns how many events they were.';
CREATE FUNCTION jira_sync.cron_canonical(cron text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $_$
declare
    expression text := lower(trim(regexp_replace(coalesce(cron, ''), '\s+', ' ', 'g')));
    part text[] := regexp_match(expression, '^(?:every )?(\d{1,9}) ?(s|m|h|d)[a-z]*$');
    unit text;
    seconds bigint;
begin
    if part is not null and expression ~ '(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$' then
        seconds := part[1]::bigint * case part[2] when 's' then 1 when 'm' then 60 when 'h' then 3600 else 86400 end;
        if seconds not between 1 and 31 * 86400 then
            raise exception 'bad period "%": it takes from 1 second to 31 days', cron using
                errcode = 'check_violation', hint = 'For example 30 seconds, 5 minutes, 1 day.';
        end if;
        unit := case
            when seconds % 86400 = 0 then 'day' when seconds % 3600 = 0 then 'hour'
            when seconds % 60 = 0 then 'minute' else 'second'
        end;
        seconds := seconds / case unit when 'day' then 86400 when 'hour' then 3600 when 'minute' then 60 else 1 end;
        return seconds || ' ' || unit || case when seconds = 1 then '' else 's' end;
    end if;
    expression := case expression
        when '@hourly' then '0 * * * *'
        when '@daily' then '0 0 * * *' when '@midnight' then '0 0 * * *'
        when '@weekly' then '0 0 * * 0'
        when '@monthly' then '0 0 1 * *'
        when '@yearly' then '0 0 1 1 *' when '@annually' then '0 0 1 1 *'
        else expression
    end;
    if array_length(string_to_array(expression, ' '), 1) is distinct from 5 then
        raise exception 'bad cron expression "%": it has % fields, not five', coalesce(cron, ''),
            coalesce(array_length(string_to_array(nullif(expression, ''), ' '), 1), 0)
        using errcode = 'check_violation',
            hint = 'Minute, hour, day of month, month and day of week, in UTC: ''0 3 * * *'' is every night at three. '
                || 'A period works, too: ''30 seconds''.';
    end if;
    for place in 1..5 loop
        perform jira_sync.cron_field(expression, place);
    end loop;
    return expression;
end;
$_$;
COMMENT ON FUNCTION jira_sync.cron_canonical(cron text) IS 'A cron expression or a period ("30 seconds", "5 min", "1 day") in its one spelling; an error in words for a bad one.';
CREATE FUNCTION jira_sync.cron_field(expression text, place integer) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $_$
declare
    title text := (array['minute', 'hour', 'day of month', 'month', 'day of week'])[place];
    lowest integer := (array[0, 0, 1, 1, 0])[place];
    highest integer := (array[59, 23, 31, 12, 7])[place];
    names text[] := case place
        when 4 then array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
        when 5 then array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
        else '{}'
    end;
    field text := split_part(expression, ' ', place);
    item text;
    part text[];
    first integer;
    last integer;
    step integer;
    found_values integer[] := '{}';
begin
    foreach item in array string_to_array(field, ',') loop
        for name_index in 1..cardinality(names) loop
            item := regexp_replace(item, '\m' || names[name_index] || '\M', (lowest + name_index - 1)::text, 'g');
        end loop;
        part := regexp_match(item, '^(?:\*|(\d{1,4})(?:-(\d{1,4}))?)(?:/(\d{1,4}))?$');
        if part is null then
            raise exception 'bad cron expression "%": % is not a %', expression, quote_literal(field), title using
                errcode = 'check_violation',
                hint = format('It takes *, numbers from %s to %s, ranges such as %s-%s, steps such as */5, and lists of these.',
                    lowest, highest, lowest, highest)
                || case when place > 3 then ' Names work, too: ' || array_to_string(names, ', ') || '.' else '' end;
        end if;
        first := coalesce(part[1]::integer, lowest);
        last := coalesce(part[2]::integer, part[1]::integer, highest);
        step := coalesce(part[3]::integer, 1);
        if first < lowest or last > highest or first > highest then
            raise exception 'bad cron expression "%": % is out of range for the %', expression, quote_literal(field), title
            using errcode = 'check_violation',
                hint = format('The %s goes from %s to %s.', title, lowest, highest);
        end if;
        if first > last then
            raise exception 'bad cron expression "%": the range % runs backwards', expression, quote_literal(field) using
                errcode = 'check_violation',
                hint = format('Write two ranges: %s-%s,%s-%s.', first, highest, lowest, last);
        end if;
        if step = 0 then
            raise exception 'bad cron expression "%": a step of 0', expression using
                errcode = 'check_violation', hint = 'A step is 1 or more: */5.';
        end if;
        if part[3] is not null and part[1] is not null and part[2] is null then
            raise exception 'bad cron expression "%": a step needs a range', expression using
                errcode = 'check_violation',
                hint = format('Instead of %s write %s-%s/%s or */%s.', item, first, highest, step, step);
        end if;
        found_values := found_values || array(select v from generate_series(first, last, step) as v);
    end loop;
    if place = 5 and 7 = any(found_values) then
        found_values := found_values || 0;
    end if;
    return found_values;
end;
$_$;
COMMENT ON FUNCTION jira_sync.cron_field(expression text, place integer) IS 'The values that one of the five fields of a cron expression stands for; an error in words for a bad one.';
CREATE FUNCTION jira_sync.cron_for_pg_cron(cron text, knows_seconds boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    -- A period that divides its unit comes at the same moments as the cron expression; others pg_cron cannot keep.
    select case
        when p.period is null then cron
        when p.period < 60 and knows_seconds then p.period || ' seconds'
        when p.period % 60 <> 0 then null
        when p.period = 60 then '* * * * *'
        when p.period < 3600 and 3600 % p.period = 0 then '*/' || p.period / 60 || ' * * * *'
        when p.period = 3600 then '0 * * * *'
        when p.period % 3600 = 0 and 86400 % p.period = 0 and p.period < 86400 then '0 */' || p.period / 3600 || ' * * *'
        when p.period = 86400 then '0 0 * * *'
    end
    from (select jira_sync.cron_period(cron) as period) as p;
$$;
COMMENT ON FUNCTION jira_sync.cron_for_pg_cron(cron text, knows_seconds boolean) IS 'A canonical expression as pg_cron takes it, null where it cannot keep it.';
CREATE FUNCTION jira_sync.cron_period(cron text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    select case when cron ~ '^\d+ (second|minute|hour|day)' then
        split_part(cron, ' ', 1)::integer * case left(split_part(cron, ' ', 2), 1)
            when 's' then 1 when 'm' then 60 when 'h' then 3600 else 86400
        end
    end;
$$;
COMMENT ON FUNCTION jira_sync.cron_period(cron text) IS 'The seconds of a canonical period, null for a cron expression.';
CREATE FUNCTION jira_sync.emit(kind text, severity text, fingerprint text, subject text, message text, remedy text DEFAULT NULL::text, file_audit_id bigint DEFAULT NULL::bigint, issue_key text DEFAULT NULL::text, job_id bigint DEFAULT NULL::bigint, details jsonb DEFAULT '{}'::jsonb) RETURNS bigint
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    insert into jira_sync.events (
        kind, severity, fingerprint, subject, message, remedy, file_audit_id, issue_key, job_id, details
    )
    values (
        emit.kind, emit.severity, emit.fingerprint, emit.subject, left(emit.message, 8000), emit.remedy,
        emit.file_audit_id, emit.issue_key, emit.job_id, emit.details
    )
    returning id;
$$;
COMMENT ON FUNCTION jira_sync.emit(kind text, severity text, fingerprint text, subject text, message text, remedy text, file_audit_id bigint, issue_key text, job_id bigint, details jsonb) IS 'Notes an event in the transaction that causes it; returns its id.';
CREATE FUNCTION jira_sync.enqueue(kind text, file_audit_id bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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
COMMENT ON FUNCTION jira_sync.enqueue(kind text, file_audit_id bigint) IS 'Enqueues a job, or finds the one that waits already; returns its id.';
CREATE FUNCTION jira_sync.events_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    woken text[];
begin
    -- Telling of something must never undo it.
    begin
        with routed as (
            insert into jira_sync.deliveries (channel, event_id)
            select c.name, e.id
            from new_events as e
            inner join jira_sync.channels as c on c.active
                and e.kind <> all(c.never)
                and (not c.by_issue or e.resolves or e.issue_key is not null)
                -- Nobody is told of a channel's trouble by that channel.
                and e.details ->> 'channel' is distinct from c.name
                and case
                    when e.resolves then c.resolved
                    else e.kind = any(c.also) or (
                        (c.kinds is null or e.kind = any(c.kinds))
                        and array_position(array['info', 'warning', 'error'], e.severity)
                        >= array_position(array['info', 'warning', 'error'], c.severity)
                    )
                end
            order by e.id
            returning channel
        )
        select array_agg(distinct r.channel) into woken from routed as r;
        if woken is not null then
            perform jira_sync.wake_channels(woken);
        end if;
    exception
        when others then
            raise warning 'nobody will be told of an event: %', sqlerrm;
    end;
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.events_inserted() IS 'Trigger: puts events into the outbox of the channels they go to.';
CREATE FUNCTION jira_sync.file_audit_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    -- The last values travel with the job, since nothing else will know them. A row with debt may have an issue
    -- on its way that this transaction cannot see yet.
    insert into jira_sync.jobs (kind, file_audit_id, priority, args)
    select 'push', o.id, 1, jsonb_build_object('deleted', to_jsonb(o))
    from old_rows as o
    where o.has_technical_debt
        or exists (
            select from jira_sync.links as l where l.file_audit_id = o.id and l.state <> 'row_gone'
        );
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.file_audit_deleted() IS 'Trigger: rows with an issue are gone.';
CREATE FUNCTION jira_sync.file_audit_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    insert into jira_sync.jobs (kind, file_audit_id)
    select 'push', n.id from new_rows as n where n.has_technical_debt;
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.file_audit_inserted() IS 'Trigger: new rows with debt want an issue.';
CREATE FUNCTION jira_sync.file_audit_renumbered() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    if old.file_path is distinct from new.file_path then
        update jira_sync.links as l set file_path = new.file_path
        where l.file_audit_id = old.id and l.state <> 'row_gone';
    end if;
    insert into jira_sync.jobs (kind, file_audit_id, priority, args)
    select 'push', old.id, 1, jsonb_build_object('deleted', to_jsonb(old))
    where old.has_technical_debt or exists (
        select from jira_sync.links as l where l.file_audit_id = old.id and l.state <> 'row_gone'
    );
    insert into jira_sync.jobs (kind, file_audit_id)
    select 'push', new.id
    where new.has_technical_debt or old.has_technical_debt or exists (
        select from jira_sync.links as l where l.file_audit_id = old.id and l.state <> 'row_gone'
    );
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.file_audit_renumbered() IS 'Trigger: a row got another id.';
CREATE FUNCTION jira_sync.file_audit_truncated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    -- BEFORE TRUNCATE, since afterwards nobody knows what the rows held.
    insert into jira_sync.jobs (kind, file_audit_id, priority, args)
    select 'push', o.id, 1, jsonb_build_object('deleted', to_jsonb(o))
    from public.file_audit as o
    where o.has_technical_debt
        or exists (
            select from jira_sync.links as l where l.file_audit_id = o.id and l.state <> 'row_gone'
        );
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.file_audit_truncated() IS 'Trigger: all rows are gone.';
CREATE FUNCTION jira_sync.file_audit_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
        declare
            asks constant boolean := current_setting('transaction_isolation') = 'read committed'
                and coalesce(current_setting('jira_sync.writer', true), '') = '';
            ids bigint[];
            missing bigint[];
            covering bigint;
            is_one boolean;
            somebody_sleeps boolean;
        begin
            -- One row is what most statements change, and there each query costs more than what it does. Comparing columns
            -- costs most, and where a job of the row waits already it changes nothing: so that is asked first, by a query
            -- that locks the job (see below) and says whether somebody sleeps.
            if asks then
                select
                    w.id,
                    exists (
                        select from jira_sync.workers as s
                        where s.asleep and s.seen_at > clock_timestamp() - interval '30 seconds'
                    )
                into covering, somebody_sleeps
                from new_rows as n
                cross join lateral (
                    select j.id from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = 'row:' || n.id
                        and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0 and j.run_at <= clock_timestamp()
                    for key share skip locked
                ) as w
                where not exists (select from new_rows offset 1)
                limit 1;
                if covering is not null then
                    if somebody_sleeps then
                        perform pg_notify('jira_sync', '');
                    end if;
                    return null;
                end if;
            end if;
            -- A job only where a mapped column really changed and the row has, had or should have an issue.
            select
                array(
                    select n.id
                    from new_rows as n
                    inner join old_rows as o on o.id = n.id
                    where (n.file_number, n.file_path, n.file_name, n.layer_number, n.layer_name, n.status, n.workflows, n.has_technical_debt, n.technical_debt, n.audit_status, n.audit_date, n.audited_by, n.notes) is distinct from (o.file_number, o.file_path, o.file_name, o.layer_number, o.layer_name, o.status, o.workflows, o.has_technical_debt, o.technical_debt, o.audit_status, o.audit_date, o.audited_by, o.notes)
                        and (
                            n.has_technical_debt or o.has_technical_debt
                            or exists (
                                select from jira_sync.links as l
                                where l.file_audit_id = n.id and l.state <> 'row_gone'
                            )
                        )
                ),
                not exists (select from new_rows offset 1)
            into ids, is_one;
            if cardinality(ids) = 0 then
                return null;
            end if;
            if asks and is_one then
                insert into jira_sync.jobs (kind, file_audit_id) values ('push', ids[1]);
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
                            where l.file_audit_id = n.id and l.base_raw @> jsonb_build_object('file_number', n.file_number, 'file_path', n.file_path, 'file_name', n.file_name, 'layer_number', n.layer_number, 'layer_name', n.layer_name, 'status', n.status, 'workflows', n.workflows, 'has_technical_debt', n.has_technical_debt, 'technical_debt', n.technical_debt, 'audit_status', n.audit_status, 'audit_date', n.audit_date, 'audited_by', n.audited_by, 'notes', n.notes)
                        )
                );
            end if;
            if current_setting('transaction_isolation') = 'read committed' then
                -- A job that waits already covers the change, provided that nobody claims it before this commits: so
                -- it is locked, and one that is locked already is not waited for. One look by key for each row: as a
                -- join, a plan made when the queue was short read all that waits for each single row, 0.5 ms at 1,000.
                missing := array(
                    select u.id
                    from unnest(ids) as u (id)
                    left join lateral (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = 'row:' || u.id
                            and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0
                            and j.run_at <= clock_timestamp()
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
        $$;
COMMENT ON FUNCTION jira_sync.file_audit_updated() IS 'Trigger, written by watch(): a mapped column of a row with an issue changed.';
CREATE FUNCTION jira_sync.follow_backfill(job bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    insert into jira_sync.jobs (kind, run_at, max_attempts, args)
    values (
        'report', clock_timestamp() + interval '2 s', 1000000,
        jsonb_build_object('backfill', jsonb_build_object('job', job, 'since', clock_timestamp()))
    );
$$;
COMMENT ON FUNCTION jira_sync.follow_backfill(job bigint) IS 'Sees to it that people hear of a full_sync when all that it enqueued has run.';
CREATE FUNCTION jira_sync.give_back(me uuid, kept bigint[]) RETURNS bigint
    LANGUAGE sql
    SET search_path TO ''
    SET jit TO 'off'
    AS $$
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
COMMENT ON FUNCTION jira_sync.give_back(me uuid, kept bigint[]) IS 'Gives back, unharmed, what a worker holds beside these tokens: leases of a claim whose answer never reached it.';
CREATE FUNCTION jira_sync.hold(holder uuid, ids bigint[], tokens bigint[]) RETURNS SETOF bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
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
COMMENT ON FUNCTION jira_sync.hold(holder uuid, ids bigint[], tokens bigint[]) IS 'Locks those of the jobs whose lease still holds; first in every transaction that writes for a job.';
CREATE FUNCTION jira_sync.job_cause(kind text, error text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    select 'job_dead:' || kind || ':' || left(md5(coalesce(jira_sync.cause(error), '')), 16);
$$;
COMMENT ON FUNCTION jira_sync.job_cause(kind text, error text) IS 'The fingerprint of jobs that died of one cause.';
CREATE FUNCTION jira_sync.jobs_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    perform jira_sync.wake();
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.jobs_changed() IS 'Trigger: at most one NOTIFY a statement.';
CREATE FUNCTION jira_sync.jobs_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    unknown bigint;
begin
    if pg_trigger_depth() = 1 then
        select n.file_audit_id into unknown
        from new_jobs as n
        where n.kind in ('push', 'pull', 'sync')
            and not exists (select from public.file_audit as f where f.id = n.file_audit_id)
            and not exists (select from jira_sync.links as l where l.file_audit_id = n.file_audit_id)
        limit 1;
        if found then
            raise exception 'no row of public.file_audit has the id %', unknown using
                errcode = 'foreign_key_violation',
                hint = 'file_audit_id is the column id, not file_number: '
                    || 'select id from public.file_audit where file_number = ''0042''';
        end if;
    end if;
    perform jira_sync.wake();
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.jobs_inserted() IS 'Trigger: checks the row of a job and wakes at most once a statement.';
CREATE FUNCTION jira_sync.jobs_state_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
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
$_$;
COMMENT ON FUNCTION jira_sync.jobs_state_changed() IS 'Trigger: tells of jobs that died and of workers that were lost.';
CREATE FUNCTION jira_sync.keep_schedules() RETURNS double precision
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    -- pg_cron is asked to be on time, and is given this long before a worker steps in.
    grace constant interval := '90 seconds';
    pg_cron record;
    present bigint[] := '{}';
    s jira_sync.schedules;
    stray text;
begin
    -- 1. Whatever can be kept by somebody else now changes hands; one worker sees to it.
    if pg_try_advisory_xact_lock(1784835698, 2) then
        select * into pg_cron from jira_sync.pg_cron_state();
        if pg_cron.usable then
            execute 'select coalesce(array_agg(j.jobid), ''{}'') from cron.job as j' into present;
        end if;
        for stray in
            select r.name from jira_sync.schedules as r
            where r.enabled and case r.keeper
                when 'pg_cron' then not r.cron_job = any(present)
                else pg_cron.usable and jira_sync.cron_for_pg_cron(r.cron, pg_cron.seconds) is not null
                    and coalesce(r.keeper_reason, '') not like 'pg_cron refused it%'
            end
            order by r.name
        loop
            perform jira_sync.arrange_schedule(stray);
        end loop;
    end if;
    -- 2. What is due. A row that is locked is being taken by somebody else.
    for s in
        select * from jira_sync.schedules as r
        where r.enabled
            and r.next_tick_at <= clock_timestamp() - case r.keeper when 'pg_cron' then grace else interval '0' end
        order by r.next_tick_at
        for update skip locked
    loop
        perform jira_sync.take_tick(s, 'worker');
    end loop;
    -- 3. When to look again.
    return (
        select extract(epoch from min(
            r.next_tick_at + case r.keeper when 'pg_cron' then grace else interval '0' end
        ) - clock_timestamp())
        from jira_sync.schedules as r where r.enabled
    );
end;
$$;
COMMENT ON FUNCTION jira_sync.keep_schedules() IS 'A worker''s part in the schedules: takes what is due and his to take; returns the seconds until he should look again.';
CREATE FUNCTION jira_sync.links_error_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    begin
        if new.last_error is not null and new.state not in ('issue_gone', 'unlinked') then
            perform jira_sync.emit(
                kind => 'row_refused', severity => 'warning',
                fingerprint => jira_sync.row_cause(new.last_error),
                subject => new.file_path, message => new.last_error,
                remedy => case
                    when new.last_error like '%select jira_sync.unpark(%' then
                        'The rest of the row goes on.'
                    else 'Edit the row or the mapping; it is tried again then.'
                end || ' All of them: select file_path, last_error from jira_sync.links where last_error is not null',
                file_audit_id => new.file_audit_id, issue_key => new.issue_key
            );
        end if;
        if tg_op = 'UPDATE' and old.last_error is not null and not exists (
            select from jira_sync.links as l
            where l.last_error is not null
                and jira_sync.row_cause(l.last_error) = jira_sync.row_cause(old.last_error)
        ) then
            perform jira_sync.resolve_event(
                'row_refused', jira_sync.row_cause(old.last_error), 'No row is refused for this any more.'
            );
        end if;
    exception
        when others then
            raise warning 'nobody will be told of the row %: %', new.file_path, sqlerrm;
    end;
    return null;
end;
$$;
COMMENT ON FUNCTION jira_sync.links_error_changed() IS 'Trigger: tells of rows that are refused, and when none is any more for the same cause.';
CREATE FUNCTION jira_sync.maintain() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
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
$_$;
COMMENT ON FUNCTION jira_sync.maintain() IS 'Housekeeping, at most once an hour: makes partitions of job_history ahead and drops old ones.';
CREATE FUNCTION jira_sync.missing_columns() RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select coalesce(array_agg(e.name order by e.place), '{}')
    from unnest(array[
        'id', 'file_number', 'file_path', 'file_name', 'layer_number', 'layer_name', 'status', 'workflows',
        'has_technical_debt', 'technical_debt', 'jira_tickets', 'audit_status', 'audit_date', 'audited_by',
        'notes'
    ]) with ordinality as e (name, place)
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass('public.file_audit') and a.attname = e.name and not a.attisdropped
    );
$$;
COMMENT ON FUNCTION jira_sync.missing_columns() IS 'Columns of file_audit that the design names and the table lacks.';
CREATE FUNCTION jira_sync.next_tick(cron text, after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    tick timestamptz;
begin
    select t.tick into tick from jira_sync.ticks(cron, after, 'infinity', 1) as t (tick);
    if tick is null then
        raise exception 'bad cron expression "%": such a day never comes', cron using
            errcode = 'check_violation', hint = 'The month has no such day.';
    end if;
    return tick;
end;
$$;
COMMENT ON FUNCTION jira_sync.next_tick(cron text, after timestamp with time zone) IS 'When a cron expression or period comes next after a moment; an error in words for a bad one.';
CREATE FUNCTION jira_sync.note_limit(limited text, seconds double precision, said text) RETURNS double precision
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    known jira_sync.rate_limits;
    ends timestamptz;
begin
    insert into jira_sync.rate_limits (scope) values (limited) on conflict (scope) do nothing;
    select * into known from jira_sync.rate_limits as r where r.scope = limited for update;
    -- Calls that were under way when the first was refused are refused, too, and tell nothing new.
    if known.blocked_until is null or known.blocked_until <= clock_timestamp() then
        known.strikes := case
            when known.blocked_until > clock_timestamp() - interval '1 minute' then known.strikes + 1 else 1
        end;
        known.generation := known.generation + 1;
    end if;
    -- Atlassian's advice for a refusal without a time: 2 s, doubled up to 30 s, times 0.7 to 1.3.
    ends := clock_timestamp() + make_interval(secs => coalesce(
        seconds, least(30, power(2, least(greatest(known.strikes, 1), 10))) * (0.7 + 0.6 * random())
    ));
    update jira_sync.rate_limits as r
    set
        blocked_until = greatest(r.blocked_until, ends),
        -- The moments that were given out count no more, so the first is free again after the block.
        next_at = case when r.scope = 'site' then '-infinity' else r.next_at end,
        reason = left(said, 500),
        strikes = known.strikes,
        generation = known.generation,
        refusals = r.refusals + 1
    where r.scope = limited
    returning r.blocked_until into ends;
    -- Issues are many, and their limits short.
    delete from jira_sync.rate_limits as r
    where r.scope like 'issue:%' and r.blocked_until < clock_timestamp() - interval '1 hour';
    return extract(epoch from ends - clock_timestamp());
end;
$$;
COMMENT ON FUNCTION jira_sync.note_limit(limited text, seconds double precision, said text) IS 'JIRA said that a scope is limited, for some seconds or for an unknown time (null); returns for how long nothing is sent.';
CREATE FUNCTION jira_sync.pause(reason text DEFAULT 'paused by hand'::text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    update jira_sync.control
    set
        paused_at = coalesce(paused_at, now()),
        pause_reason = case
            when paused_at is not null and reason = 'paused by hand' then coalesce(pause_reason, reason)
            else reason
        end;
$$;
COMMENT ON FUNCTION jira_sync.pause(reason text) IS 'Nothing more is claimed until resume(); what runs is finished. The reason is shown by status.';
CREATE FUNCTION jira_sync.pg_cron_state(OUT usable boolean, OUT version text, OUT seconds boolean, OUT reason text, OUT remedy text) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    home text;
begin
    usable := false;
    seconds := false;
    begin
        home := current_setting('cron.database_name', true);
    exception
        when insufficient_privilege then
            home := ''; -- only superusers may read it, so it is there
    end;
    select e.extversion into version from pg_catalog.pg_extension as e where e.extname = 'pg_cron';
    if not found then
        if home is null then
            reason := 'this server does not run pg_cron';
            remedy := 'Optional: install it, add pg_cron to shared_preload_libraries, and create extension pg_cron.';
        elsif home not in ('', current_database()) then
            reason := format('pg_cron runs in the database %s, not in this one', home);
            remedy := 'Optional: set cron.database_name to ' || current_database() || ' and create extension pg_cron.';
        else
            reason := 'this database does not have the extension pg_cron';
            remedy := 'Optional: create extension pg_cron; grant usage on schema cron to ' || quote_ident(current_user);
        end if;
    elsif home is null then
        reason := 'the extension pg_cron is there, but the server does not run it';
        remedy := 'Add pg_cron to shared_preload_libraries and start the server again.';
    elsif home not in ('', current_database()) then
        reason := format('pg_cron runs in the database %s, not in this one', home);
        remedy := 'Set cron.database_name to ' || current_database() || '.';
    elsif not has_schema_privilege(current_user, 'cron', 'usage')
        or to_regprocedure('cron.schedule(text,text,text)') is null
        or not has_function_privilege(current_user, 'cron.schedule(text,text,text)', 'execute') then
        reason := format('the role %s may not use pg_cron', current_user);
        remedy := 'As a superuser: grant usage on schema cron to ' || quote_ident(current_user);
    else
        usable := true;
        seconds := string_to_array(substring(version from '^\d+\.\d+'), '.')::integer[] >= array[1, 5];
    end if;
end;
$$;
COMMENT ON FUNCTION jira_sync.pg_cron_state(OUT usable boolean, OUT version text, OUT seconds boolean, OUT reason text, OUT remedy text) IS 'Whether pg_cron can keep schedules in this database, its version, whether it knows seconds, and if not, why.';
CREATE FUNCTION jira_sync.pulse(me uuid, falls_asleep boolean DEFAULT false, look_back interval DEFAULT NULL::interval, holding bigint[] DEFAULT NULL::bigint[]) RETURNS TABLE(known boolean, paused boolean, due_now boolean, due_in double precision, rescue_in double precision, cancelled bigint[], held bigint[], maintenance_due boolean)
    LANGUAGE plpgsql
    SET search_path TO ''
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
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
COMMENT ON FUNCTION jira_sync.pulse(me uuid, falls_asleep boolean, look_back interval, holding bigint[]) IS 'One heartbeat: renews all leases of the worker and says what it should know.';
CREATE FUNCTION jira_sync.redeliver() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    woken text[];
    revived bigint;
begin
    with again as (
        update jira_sync.messages
        set state = 'ready', attempt = 0, created_at = clock_timestamp()
        where state = 'dead'
        returning channel
    )
    select count(*), array_agg(distinct a.channel) into revived, woken from again as a;
    if revived > 0 then
        perform jira_sync.wake_channels(woken);
    end if;
    return revived;
end;
$$;
COMMENT ON FUNCTION jira_sync.redeliver() IS 'Sends messages that were given up once more; returns how many they are.';
CREATE FUNCTION jira_sync.register(me uuid, named text, handled_kinds text[], slots integer, lease_seconds double precision) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    insert into jira_sync.workers (incarnation, name, kinds, concurrency, lease)
    values (me, named, handled_kinds, slots, make_interval(secs => lease_seconds))
    on conflict (incarnation) do update
    set seen_at = clock_timestamp(), in_touch_since = clock_timestamp(), asleep = false;
$$;
COMMENT ON FUNCTION jira_sync.register(me uuid, named text, handled_kinds text[], slots integer, lease_seconds double precision) IS 'Announces a worker.';
CREATE FUNCTION jira_sync.rescue(me uuid) RETURNS bigint
    LANGUAGE sql
    SET search_path TO ''
    SET jit TO 'off'
    AS $$
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
COMMENT ON FUNCTION jira_sync.rescue(me uuid) IS 'Gives jobs of lost workers back, with a crash counted and no attempt charged; after three they are dead.';
CREATE FUNCTION jira_sync.resolve_conflict(conflict bigint, resolution text, value jsonb DEFAULT NULL::jsonb, decided_by text DEFAULT CURRENT_USER) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    found_conflict jira_sync.conflicts;
    waiting text;
begin
    if resolution is null or resolution not in ('row', 'jira', 'value') then
        raise exception 'a conflict is resolved with row, jira or value, not with %', coalesce(resolution, 'null') using
            errcode = 'invalid_parameter_value',
            hint = 'select jira_sync.resolve_conflict(' || conflict || ', ''row'')';
    end if;
    if (resolution = 'value') <> (value is not null) then
        raise exception 'a value goes with the resolution value, and only with it' using
            errcode = 'invalid_parameter_value',
            hint = 'select jira_sync.resolve_conflict(' || conflict || ', ''value'', ''"the text"'')';
    end if;
    select c.* into found_conflict from jira_sync.conflicts as c where c.id = conflict for update;
    if not found then
        raise exception 'there is no conflict %', conflict using
            errcode = 'no_data_found', hint = 'select * from jira_sync.conflicts where resolved_at is null';
    end if;
    if found_conflict.winner <> 'nobody' or found_conflict.applied_at is not null then
        waiting := case
            when found_conflict.winner = 'nobody' then 'is void: ' || found_conflict.resolution
            else 'was won by ' || found_conflict.winner
        end;
        raise exception 'conflict % waits for nobody: it %', conflict, waiting using
            errcode = 'object_not_in_prerequisite_state',
            hint = 'Conflicts that wait: select * from jira_sync.conflicts '
                || 'where winner = ''nobody'' and resolved_at is null';
    end if;
    -- The values stay as they are until a worker has written the one that was chosen to both sides.
    update jira_sync.conflicts as c
    set resolution = resolve_conflict.resolution, resolution_value = resolve_conflict.value,
        resolved_at = clock_timestamp(), resolved_by = decided_by
    where c.id = conflict;
    perform jira_sync.resolve_event(
        'conflict', 'conflict:' || found_conflict.file_audit_id || ':' || found_conflict.field,
        decided_by || ' decided: ' || resolution
    );
    return jira_sync.enqueue('sync', found_conflict.file_audit_id);
end;
$$;
COMMENT ON FUNCTION jira_sync.resolve_conflict(conflict bigint, resolution text, value jsonb, decided_by text) IS 'Decides a conflict that waits: row, jira, or value with the value as the column holds it. The next run writes it to both sides, unless one of them changed since. Returns the id of the job.';
CREATE FUNCTION jira_sync.resolve_event(kind text, fingerprint text, message text) RETURNS bigint
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    -- Only what is still open is resolved, so it is safe to call this whenever all is well.
    insert into jira_sync.events (kind, severity, fingerprint, subject, message, file_audit_id, issue_key, resolves)
    select resolve_event.kind, 'info', e.fingerprint, e.subject, resolve_event.message, e.file_audit_id, e.issue_key, true
    from (
        select * from jira_sync.events as l
        where l.fingerprint = resolve_event.fingerprint order by l.id desc limit 1
    ) as e
    where not e.resolves
    returning id;
$$;
COMMENT ON FUNCTION jira_sync.resolve_event(kind text, fingerprint text, message text) IS 'Notes that the cause of earlier events has gone; null where none is open.';
CREATE FUNCTION jira_sync.resolve_gone() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
declare
    gone record;
begin
    -- Two transactions that put the last two right at the same moment each see the other's still wrong; and a job that
    -- died leaves when another of its key succeeds. So it is looked again whenever there is a moment.
    for gone in
        select distinct t.kind, t.fingerprint from jira_sync.threads as t
        where t.is_open and t.kind in ('job_dead', 'row_refused')
    loop
        if gone.kind = 'job_dead' and not exists (
            select from jira_sync.jobs as j
            where j.state = 'dead' and jira_sync.job_cause(j.kind, j.last_error) = gone.fingerprint
        ) then
            perform jira_sync.resolve_event(
                'job_dead', gone.fingerprint, 'No job is dead of this any more: they succeeded, or somebody tries '
                || 'them again or took them back.'
            );
        elsif gone.fingerprint like 'issue_gone:%' and not exists (
            select from jira_sync.links as l
            where l.id = substring(gone.fingerprint from '^issue_gone:([0-9]+)$')::bigint
                and l.state in ('issue_gone', 'unlinked') and l.last_error is not null
        ) then
            perform jira_sync.resolve_event(
                'row_refused', gone.fingerprint, 'The issue is there again, or somebody unlinked the row or linked '
                || 'it with another.'
            );
        elsif gone.fingerprint like 'row\_refused:%' and not exists (
            select from jira_sync.links as l
            where l.last_error is not null and jira_sync.row_cause(l.last_error) = gone.fingerprint
        ) then
            perform jira_sync.resolve_event(
                'row_refused', gone.fingerprint, 'No row is refused for this any more.'
            );
        end if;
    end loop;
end;
$_$;
COMMENT ON FUNCTION jira_sync.resolve_gone() IS 'Resolves what was told of jobs and rows, and is over.';
CREATE FUNCTION jira_sync.resume() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    update jira_sync.control set paused_at = null, pause_reason = null where paused_at is not null;
    perform jira_sync.wake();
end;
$$;
COMMENT ON FUNCTION jira_sync.resume() IS 'Ends a pause.';
CREATE FUNCTION jira_sync.retry_dead() RETURNS bigint
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    with revived as (
        update jira_sync.jobs
        set state = 'ready', attempt = 0, crashes = 0, run_at = now()
        where state = 'dead'
        returning 1
    )
    select count(*) from revived;
$$;
COMMENT ON FUNCTION jira_sync.retry_dead() IS 'Makes all dead jobs ready again and says how many they were.';
CREATE FUNCTION jira_sync.row_cause(error text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    select 'row_refused:' || left(md5(jira_sync.cause(error)), 16);
$$;
COMMENT ON FUNCTION jira_sync.row_cause(error text) IS 'The fingerprint of rows that are refused for one cause.';
CREATE FUNCTION jira_sync.rows_with_links(ids bigint[]) RETURNS TABLE(row_id bigint, content jsonb, link_id bigint, state text, file_path text, issue_id text, issue_key text, marker uuid, last_error text, base jsonb, looks integer, write_token bigint, turns jsonb, farewell text, issue_updated bigint, read_at double precision, conflicts jsonb, parked jsonb, since_attempt double precision)
    LANGUAGE plpgsql
    SET search_path TO ''
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
begin
    return query
    select
        u.id,
        f.content,
        l.id,
        l.state,
        l.file_path,
        l.issue_id,
        l.issue_key,
        l.marker,
        l.last_error,
        l.base,
        l.looks,
        l.write_token,
        l.turns,
        l.farewell,
        round(extract(epoch from l.issue_updated) * 1000)::bigint,
        extract(epoch from clock_timestamp())::float8,
        (
            select jsonb_agg(jsonb_build_object(
                'id', c.id, 'field', c.field, 'row', c.row_value, 'issue', c.issue_value,
                'resolution', c.resolution, 'value', c.resolution_value
            ) order by c.id)
            from jira_sync.conflicts as c
            where c.file_audit_id = u.id and c.winner = 'nobody' and c.applied_at is null
        ),
        (
            select jsonb_object_agg(
                p.field,
                'changed sides ' || p.turns || ' times, so it is left alone until '
                || to_char(p.parked_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
                || ' UTC. Find what answers every write, then: select jira_sync.unpark('
                || p.file_audit_id || ', ' || quote_literal(p.field) || ')'
            )
            from jira_sync.parked_fields as p
            where p.file_audit_id = u.id and p.parked_until > clock_timestamp()
        ),
        extract(epoch from clock_timestamp() - l.attempted_at)::float8
    from unnest(rows_with_links.ids) as u (id)
    -- One look for each row: a plan that is kept may have been made for empty tables, and would read all of them.
    left join lateral (
        select to_jsonb(f) as content from public.file_audit as f where f.id = u.id limit 1
    ) as f on true
    left join lateral (
        select k.* from jira_sync.links as k where k.file_audit_id = u.id and k.state <> 'row_gone' limit 1
    ) as l on true;
end;
$$;
COMMENT ON FUNCTION jira_sync.rows_with_links(ids bigint[]) IS 'What a run reads of its rows: the row, its link, and what people have to decide about it.';
CREATE FUNCTION jira_sync.schedule(name text, cron text, kind text DEFAULT NULL::text, args jsonb DEFAULT NULL::jsonb) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    known jira_sync.schedules;
begin
    select * into known from jira_sync.schedules as r where r.name = schedule.name;
    return jira_sync.set_schedule(
        schedule.name,
        coalesce(
            schedule.kind, known.kind,
            case when schedule.name in ('poll', 'full_sync', 'sweep', 'report', 'noop') then schedule.name end
        ),
        schedule.cron, coalesce(schedule.args, known.args, '{}'), 'person'
    );
end;
$$;
COMMENT ON FUNCTION jira_sync.schedule(name text, cron text, kind text, args jsonb) IS 'Sets when periodic work is enqueued: schedule(''poll'', ''* * * * *''), schedule(''full_sync'', ''0 3 * * *''), schedule(''poll'', ''30 seconds''). Times are UTC. Kept by pg_cron where this database has it, else by the workers.';
CREATE FUNCTION jira_sync.set_limits(site_rate double precision, endpoints jsonb DEFAULT '{}'::jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    insert into jira_sync.rate_limits as r (scope, rate)
    select 'site', site_rate
    union all
    select 'endpoint:' || e.key, e.value::double precision from jsonb_each_text(endpoints) as e
    on conflict (scope) do update set rate = excluded.rate
    where r.rate is distinct from excluded.rate;
    update jira_sync.rate_limits as r set rate = null
    where r.scope like 'endpoint:%' and r.rate is not null and not (endpoints ? substr(r.scope, 10));
$$;
COMMENT ON FUNCTION jira_sync.set_limits(site_rate double precision, endpoints jsonb) IS 'Sets the ceilings: calls a second for the site (null for none), and by endpoint, such as {"POST /issue": 2}.';
CREATE FUNCTION jira_sync.set_schedule(schedule text, wanted_kind text, expression text, wanted_args jsonb, setter text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    canonical text := jira_sync.cron_canonical(expression);
    first_tick timestamptz := jira_sync.next_tick(expression, clock_timestamp());
    s jira_sync.schedules;
begin
    if wanted_kind is null then
        raise exception 'unknown schedule "%"', schedule using
            errcode = 'check_violation',
            hint = 'Names are poll, full_sync, sweep and report. Another name needs a kind: '
                || 'select jira_sync.schedule(''nightly'', ''0 3 * * *'', kind => ''full_sync'')';
    end if;
    if wanted_kind not in ('poll', 'full_sync', 'sweep', 'report', 'noop') then
        raise exception 'jobs of kind "%" cannot be scheduled', wanted_kind using
            errcode = 'check_violation', hint = 'Kinds for schedules are poll, full_sync, sweep and report.';
    end if;
    insert into jira_sync.schedules as r (name, kind, cron, args, set_by, next_tick_at)
    values (schedule, wanted_kind, canonical, wanted_args, setter, first_tick)
    on conflict (name) do update
    set kind = excluded.kind, cron = excluded.cron, args = excluded.args, enabled = true, set_by = excluded.set_by,
        -- Saying the same again moves no tick.
        next_tick_at = case
            when r.enabled and r.cron = excluded.cron then r.next_tick_at
            else excluded.next_tick_at
        end,
        last_tick_at = case when r.enabled then r.last_tick_at end
    -- A file does not undo what a person said.
    where setter = 'person' or r.set_by <> 'person';
    select * into s from jira_sync.schedules as r where r.name = schedule;
    if s.set_by <> setter then
        return format('%s stays as somebody set it: %s', s.name, case when s.enabled then s.cron else 'off' end);
    end if;
    perform jira_sync.arrange_schedule(schedule);
    select * into s from jira_sync.schedules as r where r.name = schedule;
    return format('%s: %s, kept by %s, next at %s', s.name, s.cron,
        case s.keeper when 'pg_cron' then 'pg_cron' else 'the workers' end,
        to_char(s.next_tick_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'));
end;
$$;
COMMENT ON FUNCTION jira_sync.set_schedule(schedule text, wanted_kind text, expression text, wanted_args jsonb, setter text) IS 'Sets a schedule on behalf of a file or a person; returns in words what holds now.';
CREATE FUNCTION jira_sync.settle(holder uuid, ids bigint[], tokens bigint[], outcomes text[], errors text[], delays double precision[], charged boolean[]) RETURNS SETOF bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
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
COMMENT ON FUNCTION jira_sync.settle(holder uuid, ids bigint[], tokens bigint[], outcomes text[], errors text[], delays double precision[], charged boolean[]) IS 'Ends runs under their leases and records them; returns the ids that were still held. Others are left alone.';
CREATE FUNCTION jira_sync.take_calls(endpoints text[], issues text[], patience double precision, probes boolean DEFAULT false) RETURNS TABLE(place integer, wait double precision, blocked_scope text, blocked_reason text, generation bigint)
    LANGUAGE plpgsql
    SET search_path TO ''
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
    site jira_sync.rate_limits;
    own jira_sync.rate_limits;
    stopped jira_sync.rate_limits;
    moment timestamptz;
    slot timestamptz;
    given integer := 0;
begin
    perform set_config('synchronous_commit', 'off', true);
    if not probes then
        select c.state, c.reason into blocked_scope, blocked_reason
        from jira_sync.circuit as c where c.state <> 'closed';
        if found then
            for i in 1..cardinality(endpoints) loop
                place := i;
                wait := 1;
                blocked_scope := 'circuit';
                return next;
            end loop;
            return;
        end if;
    end if;
    select * into site from jira_sync.rate_limits as r where r.scope = 'site' for update;
    -- After the lock: who waited for it comes later than who had it.
    moment := clock_timestamp();
    for i in 1..cardinality(endpoints) loop
        place := i;
        generation := site.generation;
        blocked_scope := null;
        blocked_reason := null;
        select * into stopped from jira_sync.rate_limits as r
        where r.scope in ('site', 'endpoint:' || endpoints[i], 'issue:' || issues[i]) and r.blocked_until > moment
        order by r.blocked_until desc limit 1;
        if found then
            wait := extract(epoch from stopped.blocked_until - moment);
            blocked_scope := stopped.scope;
            blocked_reason := stopped.reason;
            return next;
            continue;
        end if;
        slot := greatest(moment, site.next_at);
        select * into own from jira_sync.rate_limits as r
        where r.scope = 'endpoint:' || endpoints[i] and r.rate is not null;
        if found then
            slot := greatest(slot, own.next_at);
        end if;
        wait := extract(epoch from slot - moment);
        if wait > patience then
            blocked_scope := 'budget';
            blocked_reason := format('%s calls a second are allowed, and more are waiting', coalesce(own.rate, site.rate));
            return next;
            continue;
        end if;
        -- A twentieth less than allowed, so that a call which leaves late does not meet the next ones.
        if own.rate is not null then
            update jira_sync.rate_limits as r set next_at = slot + make_interval(secs => 1 / (own.rate * 0.95))
            where r.scope = own.scope;
        end if;
        if site.rate is not null then
            site.next_at := slot + make_interval(secs => 1 / (site.rate * 0.95));
        end if;
        given := given + 1;
        return next;
    end loop;
    update jira_sync.rate_limits as r
    set
        next_at = site.next_at,
        calls_today = given + case when r.day = (moment at time zone 'UTC')::date then r.calls_today else 0 end,
        day = (moment at time zone 'UTC')::date
    where r.scope = 'site' and given > 0;
end;
$$;
COMMENT ON FUNCTION jira_sync.take_calls(endpoints text[], issues text[], patience double precision, probes boolean) IS 'Gives each of some calls its moment, in seconds from now, or says what keeps it: a limit, or the circuit.';
CREATE TABLE jira_sync.schedules (
    name text NOT NULL,
    kind text NOT NULL,
    cron text NOT NULL,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    set_by text DEFAULT 'person'::text NOT NULL,
    keeper text DEFAULT 'worker'::text NOT NULL,
    keeper_reason text,
    cron_job bigint,
    next_tick_at timestamp with time zone NOT NULL,
    last_tick_at timestamp with time zone,
    ticked_at timestamp with time zone,
    ticks bigint DEFAULT 0 NOT NULL,
    missed bigint DEFAULT 0 NOT NULL,
    last_missed_at timestamp with time zone,
    last_job_id bigint,
    pruned_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schedules_args_is_an_object CHECK ((jsonb_typeof(args) = 'object'::text)),
    CONSTRAINT schedules_cron_valid CHECK ((jira_sync.next_tick(cron, '2000-01-01 00:00:00+00'::timestamp with time zone) IS NOT NULL)),
    CONSTRAINT schedules_keeper_known CHECK ((keeper = ANY (ARRAY['worker'::text, 'pg_cron'::text]))),
    CONSTRAINT schedules_kind_known CHECK ((kind = ANY (ARRAY['poll'::text, 'full_sync'::text, 'sweep'::text, 'report'::text, 'noop'::text]))),
    CONSTRAINT schedules_missed_not_negative CHECK ((missed >= 0)),
    CONSTRAINT schedules_name_short CHECK ((name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'::text)),
    CONSTRAINT schedules_set_by_known CHECK ((set_by = ANY (ARRAY['default'::text, 'file'::text, 'person'::text])))
);
COMMENT ON TABLE jira_sync.schedules IS 'Periodic work: a job of that kind is enqueued at every tick. Set with schedule(name, cron), ended with unschedule(name).';
COMMENT ON COLUMN jira_sync.schedules.name IS 'The name of the schedule; the kind of its jobs unless it says otherwise.';
COMMENT ON COLUMN jira_sync.schedules.kind IS 'What is enqueued: poll, full_sync, sweep, report or noop.';
COMMENT ON COLUMN jira_sync.schedules.cron IS 'Five fields in UTC, or a period such as "30 seconds".';
COMMENT ON COLUMN jira_sync.schedules.args IS 'What the jobs get as args.';
COMMENT ON COLUMN jira_sync.schedules.enabled IS 'False once somebody said unschedule(name): no default comes back.';
COMMENT ON COLUMN jira_sync.schedules.set_by IS 'Who decided: default (nobody), file (jira-sync.yaml) or person (schedule() or unschedule(), which a file does not undo).';
COMMENT ON COLUMN jira_sync.schedules.keeper IS 'Who enqueues: pg_cron, or the workers of the fleet.';
COMMENT ON COLUMN jira_sync.schedules.keeper_reason IS 'Why the workers keep it; null where pg_cron does.';
COMMENT ON COLUMN jira_sync.schedules.cron_job IS 'The job''s id in cron.job; null where the workers keep it.';
COMMENT ON COLUMN jira_sync.schedules.next_tick_at IS 'When it is due; moved on by whoever takes the tick.';
COMMENT ON COLUMN jira_sync.schedules.last_tick_at IS 'The last tick that was taken: when it was due.';
COMMENT ON COLUMN jira_sync.schedules.ticked_at IS 'When it was really taken.';
COMMENT ON COLUMN jira_sync.schedules.ticks IS 'How many ticks were taken.';
COMMENT ON COLUMN jira_sync.schedules.missed IS 'How many ticks nobody took while they were the newest.';
COMMENT ON COLUMN jira_sync.schedules.last_missed_at IS 'When the last of these was found out.';
COMMENT ON COLUMN jira_sync.schedules.last_job_id IS 'The job that the last tick enqueued, or found waiting.';
COMMENT ON COLUMN jira_sync.schedules.pruned_at IS 'When old rows of cron.job_run_details were last deleted.';
COMMENT ON COLUMN jira_sync.schedules.created_at IS 'When the schedule was first set.';
CREATE FUNCTION jira_sync.take_tick(s jira_sync.schedules, taker text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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
COMMENT ON FUNCTION jira_sync.take_tick(s jira_sync.schedules, taker text) IS 'Enqueues the job of a tick, or finds the one that waits, and moves the schedule on; its row has to be locked.';
CREATE FUNCTION jira_sync.tick(schedule text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
declare
    s jira_sync.schedules;
    job bigint;
begin
    -- What pg_cron calls. A little early will do, since its seconds are counted from when it began.
    select * into s from jira_sync.schedules as r where r.name = schedule and r.enabled for update;
    if s.next_tick_at <= clock_timestamp()
        + make_interval(secs => least(2, coalesce(jira_sync.cron_period(s.cron), 60) / 4.0)) then
        job := jira_sync.take_tick(s, s.keeper);
    end if;
    if s.cron_job is not null and s.pruned_at < clock_timestamp() - interval '1 hour' then
        -- pg_cron never does it, and a row a minute adds up.
        update jira_sync.schedules as r set pruned_at = clock_timestamp() where r.name = s.name;
        begin
            execute 'delete from cron.job_run_details as d where d.jobid = $1 and d.end_time < now() - interval ''1 day'''
            using s.cron_job;
        exception
            when insufficient_privilege or undefined_table then
                raise warning 'cannot prune cron.job_run_details: %', sqlerrm;
        end;
    end if;
    return job;
end;
$_$;
COMMENT ON FUNCTION jira_sync.tick(schedule text) IS 'Takes the tick of a schedule where one is due, and returns its job; else null. Safe to call at any time, by anybody.';
CREATE FUNCTION jira_sync.ticks(cron text, after timestamp with time zone, up_to timestamp with time zone, most integer) RETURNS SETOF timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    expression text := jira_sync.cron_canonical(cron);
    period integer := jira_sync.cron_period(expression);
    minutes integer[];
    hours integer[];
    days integer[];
    months integer[];
    weekdays integer[];
    day_is_open boolean;
    weekday_is_open boolean;
    given integer := 0;
    moment timestamp;
    last_moment timestamp;
    tick timestamptz;
begin
    if period is not null then
        -- Counted from 1970, not from when it began: so it is the same tick for everybody who looks.
        tick := to_timestamp((floor(extract(epoch from after) / period) + 1) * period);
        while tick <= up_to and given < most loop
            return next tick;
            given := given + 1;
            tick := tick + make_interval(secs => period);
        end loop;
        return;
    end if;
    minutes := jira_sync.cron_field(expression, 1);
    hours := jira_sync.cron_field(expression, 2);
    days := jira_sync.cron_field(expression, 3);
    months := jira_sync.cron_field(expression, 4);
    weekdays := jira_sync.cron_field(expression, 5);
    -- As cron has it: where both days are given either will do, and a field that begins with * is not given.
    day_is_open := split_part(expression, ' ', 3) like '*%';
    weekday_is_open := split_part(expression, ' ', 5) like '*%';
    moment := date_trunc('minute', after at time zone 'UTC') + interval '1 minute';
    -- 29 February may be eight years off.
    last_moment := least(up_to at time zone 'UTC', moment + interval '9 years');
    while moment <= last_moment and given < most loop
        if not extract(month from moment)::integer = any(months) then
            moment := date_trunc('month', moment) + interval '1 month';
        elsif not (case
            when day_is_open or weekday_is_open then
                extract(day from moment)::integer = any(days) and extract(dow from moment)::integer = any(weekdays)
            else extract(day from moment)::integer = any(days) or extract(dow from moment)::integer = any(weekdays)
        end) then
            moment := date_trunc('day', moment) + interval '1 day';
        elsif not extract(hour from moment)::integer = any(hours) then
            moment := date_trunc('hour', moment) + interval '1 hour';
        elsif not extract(minute from moment)::integer = any(minutes) then
            moment := moment + interval '1 minute';
        else
            return next moment at time zone 'UTC';
            given := given + 1;
            moment := moment + interval '1 minute';
        end if;
    end loop;
end;
$$;
COMMENT ON FUNCTION jira_sync.ticks(cron text, after timestamp with time zone, up_to timestamp with time zone, most integer) IS 'The ticks of a cron expression or period after one moment and up to another, at most so many.';
CREATE FUNCTION jira_sync.unpark(file_audit_id bigint, field text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    freed text[];
begin
    with gone as (
        delete from jira_sync.parked_fields as p
        where p.file_audit_id = unpark.file_audit_id and p.field = coalesce(unpark.field, p.field)
        returning p.field
    )
    select array_agg(g.field) into freed from gone as g;
    if freed is null then
        return null;
    end if;
    update jira_sync.links as l set turns = l.turns - freed
    where l.file_audit_id = unpark.file_audit_id and l.state <> 'row_gone';
    perform jira_sync.resolve_event(
        'breaker_tripped', 'breaker:' || unpark.file_audit_id || ':' || f.name, 'it is synced again'
    )
    from unnest(freed) as f (name);
    return jira_sync.enqueue('sync', unpark.file_audit_id);
end;
$$;
COMMENT ON FUNCTION jira_sync.unpark(file_audit_id bigint, field text) IS 'Ends the parking of one field of a row, or of all; returns the id of the job that syncs it, null where none was parked.';
CREATE FUNCTION jira_sync.unregister(me uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    perform jira_sync.give_back(me, '{}');
    delete from jira_sync.workers as w where w.incarnation = me;
    -- What it could not finish or did not get to is for the others.
    if exists (select from jira_sync.jobs as j where j.state = 'ready' and j.run_at <= now()) then
        perform jira_sync.wake();
    end if;
end;
$$;
COMMENT ON FUNCTION jira_sync.unregister(me uuid) IS 'Takes leave of a worker; what it did not settle is given back unharmed.';
CREATE FUNCTION jira_sync.unschedule(name text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    update jira_sync.schedules as r set enabled = false, set_by = 'person'
    where r.name = unschedule.name and r.enabled;
    if not found then
        return false;
    end if;
    perform jira_sync.arrange_schedule(unschedule.name);
    return true;
end;
$$;
COMMENT ON FUNCTION jira_sync.unschedule(name text) IS 'Ends a schedule, for good: no default brings it back. False where there is none of that name.';
CREATE FUNCTION jira_sync.wake() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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
COMMENT ON FUNCTION jira_sync.wake() IS 'Wakes sleeping workers, once the transaction commits.';
CREATE FUNCTION jira_sync.wake_channels(woken text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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
COMMENT ON FUNCTION jira_sync.wake_channels(woken text[]) IS 'Enqueues a notify job for each channel where none waits.';
CREATE FUNCTION jira_sync.watch(watched text[]) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
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
    -- Without jit = off the planner compiles the comparison for 0.6 s before it looks at the first of 10,000 rows; with
    -- seqscan a plan made while the queue was empty reads all of it. Each setting costs every UPDATE a microsecond.
    execute format($function$
        create or replace function jira_sync.file_audit_updated()
        returns trigger
        language plpgsql security definer
        set search_path = '' set jit = off set enable_seqscan = off
        as $body$
        declare
            asks constant boolean := current_setting('transaction_isolation') = 'read committed'
                and coalesce(current_setting('jira_sync.writer', true), '') = '';
            ids bigint[];
            missing bigint[];
            covering bigint;
            is_one boolean;
            somebody_sleeps boolean;
        begin
            -- One row is what most statements change, and there each query costs more than what it does. Comparing columns
            -- costs most, and where a job of the row waits already it changes nothing: so that is asked first, by a query
            -- that locks the job (see below) and says whether somebody sleeps.
            if asks then
                select
                    w.id,
                    exists (
                        select from jira_sync.workers as s
                        where s.asleep and s.seen_at > clock_timestamp() - interval '30 seconds'
                    )
                into covering, somebody_sleeps
                from new_rows as n
                cross join lateral (
                    select j.id from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = 'row:' || n.id
                        and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0 and j.run_at <= clock_timestamp()
                    for key share skip locked
                ) as w
                where not exists (select from new_rows offset 1)
                limit 1;
                if covering is not null then
                    if somebody_sleeps then
                        perform pg_notify('jira_sync', '');
                    end if;
                    return null;
                end if;
            end if;
            -- A job only where a mapped column really changed and the row has, had or should have an issue.
            select
                array(
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
                ),
                not exists (select from new_rows offset 1)
            into ids, is_one;
            if cardinality(ids) = 0 then
                return null;
            end if;
            if asks and is_one then
                insert into jira_sync.jobs (kind, file_audit_id) values ('push', ids[1]);
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
                missing := array(
                    select u.id
                    from unnest(ids) as u (id)
                    left join lateral (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = 'row:' || u.id
                            and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0
                            and j.run_at <= clock_timestamp()
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
$_$;
COMMENT ON FUNCTION jira_sync.watch(watched text[]) IS 'Makes the trigger on file_audit compare these columns; returns those that the table has.';
CREATE TABLE jira_sync.changes (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    file_audit_id bigint NOT NULL,
    issue_key text,
    side text NOT NULL,
    field text NOT NULL,
    old_value jsonb,
    new_value jsonb,
    job_id bigint,
    worker uuid,
    mapping_field text,
    cause text,
    author text,
    author_at timestamp with time zone,
    CONSTRAINT changes_side_known CHECK ((side = ANY (ARRAY['row'::text, 'jira'::text])))
);
COMMENT ON TABLE jira_sync.changes IS 'Every value that was written, on either side.';
COMMENT ON COLUMN jira_sync.changes.side IS 'The side that was written: row or jira.';
COMMENT ON COLUMN jira_sync.changes.field IS 'The column, or the name of the field in the mapping where JIRA was written.';
COMMENT ON COLUMN jira_sync.changes.mapping_field IS 'The name of the field in the mapping.';
COMMENT ON COLUMN jira_sync.changes.cause IS 'Why it was written: created, row_changed, jira_changed, resolved, decided (by a person), or the reason of a conflict and who won it, such as "both_changed: row_wins".';
COMMENT ON COLUMN jira_sync.changes.author IS 'Who changed it in JIRA, where a row was written from there and JIRA tells; null for what was changed in the row.';
COMMENT ON COLUMN jira_sync.changes.author_at IS 'When, by JIRA''s clock.';
ALTER TABLE jira_sync.changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jira_sync.channels (
    name text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    severity text DEFAULT 'warning'::text NOT NULL,
    kinds text[],
    also text[] DEFAULT '{}'::text[] NOT NULL,
    never text[] DEFAULT '{}'::text[] NOT NULL,
    resolved boolean DEFAULT true NOT NULL,
    digest interval DEFAULT '01:00:00'::interval NOT NULL,
    by_issue boolean DEFAULT false NOT NULL,
    holders text[] DEFAULT '{}'::text[] NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT channels_digest_positive CHECK ((digest > '00:00:00'::interval)),
    CONSTRAINT channels_severity_known CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'error'::text])))
);
COMMENT ON TABLE jira_sync.channels IS 'Where people hear of events, as the workers were configured; written by announce_channels().';
COMMENT ON COLUMN jira_sync.channels.name IS 'email, slack, jira; the key of its jobs is notify:<name>.';
COMMENT ON COLUMN jira_sync.channels.active IS 'Whether events go there; false once no worker has it configured.';
COMMENT ON COLUMN jira_sync.channels.severity IS 'The lowest severity that is told.';
COMMENT ON COLUMN jira_sync.channels.kinds IS 'The kinds that are told; null is all.';
COMMENT ON COLUMN jira_sync.channels.also IS 'Kinds that are told whatever their severity.';
COMMENT ON COLUMN jira_sync.channels.never IS 'Kinds that are not told.';
COMMENT ON COLUMN jira_sync.channels.resolved IS 'Whether it is told that a cause has gone.';
COMMENT ON COLUMN jira_sync.channels.digest IS 'How long more of the same is collected before it is told.';
COMMENT ON COLUMN jira_sync.channels.by_issue IS 'Whether only events with an issue go there, each issue for itself.';
COMMENT ON COLUMN jira_sync.channels.holders IS 'Names of the workers that have it configured.';
CREATE TABLE jira_sync.circuit (
    singleton boolean DEFAULT true NOT NULL,
    state text DEFAULT 'closed'::text NOT NULL,
    cause text,
    reason text,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    opened_by text,
    opened_count bigint DEFAULT 0 NOT NULL,
    next_probe_at timestamp with time zone,
    probes integer DEFAULT 0 NOT NULL,
    prober uuid,
    closed_credentials text,
    CONSTRAINT circuit_cause_known CHECK ((cause = ANY (ARRAY['credentials'::text, 'forbidden'::text, 'unreachable'::text]))),
    CONSTRAINT circuit_open_says_why CHECK (((state = 'closed'::text) OR ((cause IS NOT NULL) AND (reason IS NOT NULL)))),
    CONSTRAINT circuit_singleton_check CHECK (singleton),
    CONSTRAINT circuit_state_known CHECK ((state = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text])))
)
WITH (fillfactor='50');
COMMENT ON TABLE jira_sync.circuit IS 'One row: whether JIRA can be called at all. While it is open no worker claims what calls JIRA, and one at a time probes.';
COMMENT ON COLUMN jira_sync.circuit.state IS 'closed (all is well), open, half_open (a worker probes).';
COMMENT ON COLUMN jira_sync.circuit.cause IS 'Of the last opening: credentials (401), forbidden (403 for everything), unreachable (DNS, TLS, no connection).';
COMMENT ON COLUMN jira_sync.circuit.reason IS 'What JIRA said, or why it was not reached, the last time.';
COMMENT ON COLUMN jira_sync.circuit.since IS 'When the state last went from closed to open or back.';
COMMENT ON COLUMN jira_sync.circuit.opened_by IS 'The worker that opened it, host and process id.';
COMMENT ON COLUMN jira_sync.circuit.opened_count IS 'How often it was opened.';
COMMENT ON COLUMN jira_sync.circuit.next_probe_at IS 'When the next worker may try.';
COMMENT ON COLUMN jira_sync.circuit.probes IS 'Probes without success since it opened.';
COMMENT ON COLUMN jira_sync.circuit.prober IS 'The worker that probes.';
COMMENT ON COLUMN jira_sync.circuit.closed_credentials IS 'A mark of the credentials that closed it: who has others tries them before he goes on.';
CREATE TABLE jira_sync.conflicts (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    file_audit_id bigint NOT NULL,
    issue_key text,
    field text NOT NULL,
    columns text[] NOT NULL,
    base jsonb,
    row_value jsonb,
    issue_value jsonb,
    policy text NOT NULL,
    winner text NOT NULL,
    job_id bigint,
    resolved_at timestamp with time zone,
    resolved_by text,
    reason text,
    resolution text,
    resolution_value jsonb,
    applied_at timestamp with time zone,
    issue_author text,
    issue_author_at timestamp with time zone,
    CONSTRAINT conflicts_policy_known CHECK ((policy = ANY (ARRAY['row_wins'::text, 'jira_wins'::text, 'manual'::text]))),
    CONSTRAINT conflicts_resolution_has_its_time CHECK (((resolution IS NULL) OR (resolved_at IS NOT NULL))),
    CONSTRAINT conflicts_resolution_known CHECK ((resolution = ANY (ARRAY['row'::text, 'jira'::text, 'value'::text, 'agreed'::text, 'superseded'::text]))),
    CONSTRAINT conflicts_value_has_its_value CHECK (((resolution <> 'value'::text) OR (resolution_value IS NOT NULL))),
    CONSTRAINT conflicts_winner_known CHECK ((winner = ANY (ARRAY['row'::text, 'jira'::text, 'value'::text, 'nobody'::text])))
);
COMMENT ON TABLE jira_sync.conflicts IS 'Both sides changed the same field: what each said, and which one won.';
COMMENT ON COLUMN jira_sync.conflicts.policy IS 'The policy of the field: row_wins, jira_wins or manual.';
COMMENT ON COLUMN jira_sync.conflicts.winner IS 'row, jira, value (which a person gave to both), or nobody while a person has to decide.';
COMMENT ON COLUMN jira_sync.conflicts.resolved_at IS 'When a person decided it, or it became void.';
COMMENT ON COLUMN jira_sync.conflicts.resolved_by IS 'Who decided it.';
COMMENT ON COLUMN jira_sync.conflicts.reason IS 'How it came about: both_changed, first_meeting, follower_changed (the side that only follows was edited), formatting (JIRA''s text cannot be written back as it is) or cut (JIRA holds only the beginning of the row''s text).';
COMMENT ON COLUMN jira_sync.conflicts.resolution IS 'What was decided: row, jira or value; or why there is nothing to decide any more: agreed (both sides say the same) or superseded (a side changed again: a newer conflict has the values).';
COMMENT ON COLUMN jira_sync.conflicts.resolution_value IS 'For value: what both sides shall say, as the column holds it; an object by column where there are several.';
COMMENT ON COLUMN jira_sync.conflicts.applied_at IS 'When both sides said what was decided.';
COMMENT ON COLUMN jira_sync.conflicts.issue_author IS 'Who gave the issue its value, where JIRA tells.';
COMMENT ON COLUMN jira_sync.conflicts.issue_author_at IS 'When, by JIRA''s clock.';
ALTER TABLE jira_sync.conflicts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.conflicts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jira_sync.control (
    singleton boolean DEFAULT true NOT NULL,
    paused_at timestamp with time zone,
    pause_reason text,
    maintained_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    history_days integer DEFAULT 14 NOT NULL,
    CONSTRAINT control_history_days_check CHECK (((history_days >= 1) AND (history_days <= 3650))),
    CONSTRAINT control_singleton_check CHECK (singleton)
);
COMMENT ON TABLE jira_sync.control IS 'One row: whether the queue is paused, and its housekeeping.';
COMMENT ON COLUMN jira_sync.control.pause_reason IS 'Why it was paused, by pause(reason).';
COMMENT ON COLUMN jira_sync.control.history_days IS 'How many days of job_history are kept.';
CREATE TABLE jira_sync.links (
    id bigint NOT NULL,
    file_audit_id bigint NOT NULL,
    file_path text NOT NULL,
    issue_id text,
    issue_key text,
    marker uuid,
    state text DEFAULT 'creating'::text NOT NULL,
    last_error text,
    issue_updated timestamp with time zone,
    synced_at timestamp with time zone,
    base jsonb,
    base_raw jsonb,
    write_token bigint,
    attempted_at timestamp with time zone,
    looks integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    missed_sweeps integer DEFAULT 0 NOT NULL,
    farewell text,
    released boolean DEFAULT false NOT NULL,
    turns jsonb,
    ended_as text,
    CONSTRAINT links_ended_as_known CHECK ((ended_as = ANY (ARRAY['unlinked'::text, 'issue_gone'::text]))),
    CONSTRAINT links_farewell_known CHECK ((farewell = ANY (ARRAY['begun'::text, 'done'::text]))),
    CONSTRAINT links_linked_names_its_issue CHECK (((state <> 'linked'::text) OR ((issue_id IS NOT NULL) AND (issue_key IS NOT NULL)))),
    CONSTRAINT links_looks_not_negative CHECK ((looks >= 0)),
    CONSTRAINT links_state_known CHECK ((state = ANY (ARRAY['creating'::text, 'create_unknown'::text, 'linked'::text, 'unlinked'::text, 'issue_gone'::text, 'row_gone'::text]))),
    CONSTRAINT links_unknown_has_its_marker CHECK (((state <> 'create_unknown'::text) OR (marker IS NOT NULL)))
);
COMMENT ON TABLE jira_sync.links IS 'Which row belongs to which issue, and on what both sides last agreed.';
COMMENT ON COLUMN jira_sync.links.file_path IS 'The path when row and link last met; tells a row from one that took its id.';
COMMENT ON COLUMN jira_sync.links.issue_id IS 'The id, which stays when the issue moves; the key may change.';
COMMENT ON COLUMN jira_sync.links.marker IS 'Sent with the creation as label and property, so that an issue whose creation went unanswered is found.';
COMMENT ON COLUMN jira_sync.links.state IS 'creating (begun, or refused with last_error), create_unknown (JIRA may or may not have made it; being looked for), linked, unlinked (a person said so: never made again), issue_gone, row_gone.';
COMMENT ON COLUMN jira_sync.links.last_error IS 'What stands in the way, naming column and field; null where nothing does.';
COMMENT ON COLUMN jira_sync.links.issue_updated IS 'The issue''s `updated` when it was last read.';
COMMENT ON COLUMN jira_sync.links.synced_at IS 'When row and issue were last found or made equal.';
COMMENT ON COLUMN jira_sync.links.base IS 'Per field, the values on which both sides last agreed.';
COMMENT ON COLUMN jira_sync.links.base_raw IS 'Per column, the value of the row at that time.';
COMMENT ON COLUMN jira_sync.links.write_token IS 'The fencing token in the issue''s property when it was last read: another one there is a write of ours that was never recorded.';
COMMENT ON COLUMN jira_sync.links.attempted_at IS 'When a creation was last sent.';
COMMENT ON COLUMN jira_sync.links.looks IS 'How often a creation without an answer was looked for.';
COMMENT ON COLUMN jira_sync.links.missed_sweeps IS 'How many sweeps in a row found no issue: two make it count as gone.';
COMMENT ON COLUMN jira_sync.links.farewell IS 'What was to be done at the issue of a deleted row by on_row_deleted: begun, or done.';
COMMENT ON COLUMN jira_sync.links.released IS 'The issue was let go: a row that is loaded again gets another.';
COMMENT ON COLUMN jira_sync.links.turns IS 'Per field, which side was written last and when it changed sides, for the breaker.';
COMMENT ON COLUMN jira_sync.links.ended_as IS 'What the link of a row that is gone was before: unlinked or issue_gone, and is again if the row comes back; or null.';
CREATE TABLE jira_sync.site (
    singleton boolean DEFAULT true NOT NULL,
    base_url text NOT NULL,
    project_key text NOT NULL,
    deployment text NOT NULL,
    mapping jsonb DEFAULT '{}'::jsonb NOT NULL,
    watched_columns text[] DEFAULT '{}'::text[] NOT NULL,
    bound_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT site_deployment_check CHECK ((deployment = ANY (ARRAY['cloud'::text, 'server'::text]))),
    CONSTRAINT site_singleton_check CHECK (singleton)
);
COMMENT ON TABLE jira_sync.site IS 'One row: the JIRA site and project that the links lead to. Issue ids of one site are strangers'' on another.';
COMMENT ON COLUMN jira_sync.site.mapping IS 'The mapping as it was resolved against the site.';
COMMENT ON COLUMN jira_sync.site.watched_columns IS 'Columns whose change enqueues a job.';
CREATE VIEW jira_sync.debt_spans WITH (security_invoker='true') AS
 SELECT r.id AS file_audit_id,
    r.file_path,
    r.layer,
    r.workflows,
    r.debt_text,
    l.issue_key,
    l.created_at AS linked_at,
        CASE
            WHEN ((l.created_at IS NULL) OR (l.created_at < (s.bound_at + '01:00:00'::interval))) THEN '-infinity'::timestamp with time zone
            ELSE l.created_at
        END AS opened_at,
        CASE
            WHEN (NOT r.has_debt) THEN COALESCE(c.closed_at, l.synced_at, l.created_at)
            ELSE NULL::timestamp with time zone
        END AS closed_at
   FROM (((( SELECT f.id,
            (j.doc ->> 'file_path'::text) AS file_path,
            COALESCE(NULLIF((j.doc ->> 'layer_name'::text), ''::text), 'no layer'::text) AS layer,
                CASE
                    WHEN (jsonb_typeof((j.doc -> 'workflows'::text)) = 'array'::text) THEN (j.doc -> 'workflows'::text)
                    ELSE '[]'::jsonb
                END AS workflows,
            (j.doc ->> 'technical_debt'::text) AS debt_text,
            COALESCE(f.has_technical_debt, false) AS has_debt
           FROM (public.file_audit f
             CROSS JOIN LATERAL ( SELECT to_jsonb(f.*) AS doc) j)) r
     LEFT JOIN LATERAL ( SELECT k.issue_key,
            k.created_at,
            k.synced_at
           FROM jira_sync.links k
          WHERE ((k.file_audit_id = r.id) AND (k.state <> 'row_gone'::text))
         LIMIT 1) l ON (true))
     LEFT JOIN LATERAL ( SELECT max(k.at) AS closed_at
           FROM jira_sync.changes k
          WHERE ((NOT r.has_debt) AND (k.file_audit_id = r.id) AND (k.field = ANY (ARRAY['has_technical_debt'::text, 'audit_status'::text])))) c ON (true))
     LEFT JOIN jira_sync.site s ON (s.singleton))
  WHERE (r.has_debt OR (l.created_at IS NOT NULL));
COMMENT ON VIEW jira_sync.debt_spans IS 'Since when each row has debt, and until when it had: from its link to the last change of its status. Rows that nobody has linked, and those of the first hour, count as having had it always.';
CREATE TABLE jira_sync.deliveries (
    id bigint NOT NULL,
    channel text NOT NULL,
    event_id bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000');
COMMENT ON TABLE jira_sync.deliveries IS 'Events that a channel has not looked at yet.';
ALTER TABLE jira_sync.deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jira_sync.events (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    fingerprint text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    remedy text,
    file_audit_id bigint,
    issue_key text,
    job_id bigint,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    resolves boolean DEFAULT false NOT NULL,
    CONSTRAINT events_details_is_an_object CHECK ((jsonb_typeof(details) = 'object'::text)),
    CONSTRAINT events_severity_known CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'error'::text])))
);
COMMENT ON TABLE jira_sync.events IS 'What happened that people should hear of, in the order in which it was written.';
COMMENT ON COLUMN jira_sync.events.kind IS 'job_dead, row_refused, conflict, circuit_opened, circuit_closed, poller_behind, schedule_missed, worker_lost, breaker_tripped, backfill_finished, daily_summary, test.';
COMMENT ON COLUMN jira_sync.events.severity IS 'info, warning or error.';
COMMENT ON COLUMN jira_sync.events.fingerprint IS 'Events of one cause share it: they are told of once, then counted.';
COMMENT ON COLUMN jira_sync.events.subject IS 'What it is about, in a few words: a row''s path, an issue''s key, the site.';
COMMENT ON COLUMN jira_sync.events.message IS 'What happened, in a sentence that names the column and the field.';
COMMENT ON COLUMN jira_sync.events.remedy IS 'What to do about it.';
COMMENT ON COLUMN jira_sync.events.resolves IS 'The cause has gone: ends what the fingerprint began.';
ALTER TABLE jira_sync.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jira_sync.jira_sessions (
    worker uuid NOT NULL,
    name text NOT NULL,
    credentials text NOT NULL,
    verified_at timestamp with time zone,
    closed_reason text,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
COMMENT ON TABLE jira_sync.jira_sessions IS 'Which workers have reached JIRA, and which of them stand alone with a trouble that others do not have.';
COMMENT ON COLUMN jira_sync.jira_sessions.worker IS 'As in workers.';
COMMENT ON COLUMN jira_sync.jira_sessions.name IS 'Host and process id.';
COMMENT ON COLUMN jira_sync.jira_sessions.credentials IS 'Tells whether two workers have the same credentials: 24 bits of a digest, from which nobody gets them back.';
COMMENT ON COLUMN jira_sync.jira_sessions.verified_at IS 'When JIRA last believed this worker; null for never.';
COMMENT ON COLUMN jira_sync.jira_sessions.closed_reason IS 'Why this worker does not call JIRA; null where it may.';
CREATE TABLE jira_sync.job_history (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_audit_id bigint,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    error text,
    worker uuid,
    enqueued_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    merged bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    CONSTRAINT job_history_outcome_known CHECK ((outcome = ANY (ARRAY['done'::text, 'retry'::text, 'refused'::text, 'dead'::text, 'cancelled'::text, 'crashed'::text, 'returned'::text])))
)
PARTITION BY RANGE (finished_at);
COMMENT ON TABLE jira_sync.job_history IS 'Every attempt of every job with its outcome; a partition a day, old days are dropped.';
COMMENT ON COLUMN jira_sync.job_history.id IS 'The id the job has or had in jobs.';
COMMENT ON COLUMN jira_sync.job_history.outcome IS 'done, retry (will be tried again), refused (no use trying again as it is), dead (attempts used up), cancelled, crashed (its worker died), returned (given back unharmed).';
COMMENT ON COLUMN jira_sync.job_history.merged IS 'Ids of jobs of the same key that this run covered.';
CREATE TABLE jira_sync.job_history_default (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_audit_id bigint,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    error text,
    worker uuid,
    enqueued_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    merged bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    CONSTRAINT job_history_outcome_known CHECK ((outcome = ANY (ARRAY['done'::text, 'retry'::text, 'refused'::text, 'dead'::text, 'cancelled'::text, 'crashed'::text, 'returned'::text])))
);
ALTER TABLE jira_sync.jobs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE SEQUENCE jira_sync.lease_tokens
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
COMMENT ON SEQUENCE jira_sync.lease_tokens IS 'Fencing tokens: a new one for every lease.';
ALTER TABLE jira_sync.links ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.links_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jira_sync.messages (
    id bigint NOT NULL,
    channel text NOT NULL,
    state text DEFAULT 'ready'::text NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    root uuid,
    kind text NOT NULL,
    resolves boolean DEFAULT false NOT NULL,
    issue_key text,
    content jsonb NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT messages_state_known CHECK ((state = ANY (ARRAY['ready'::text, 'sent'::text, 'dead'::text])))
);
COMMENT ON TABLE jira_sync.messages IS 'What was or will be sent, in the order in which each channel gets it.';
COMMENT ON COLUMN jira_sync.messages.state IS 'ready, sent, or dead: given up, see last_error and redeliver().';
COMMENT ON COLUMN jira_sync.messages.uuid IS 'Its name for the receiver: the same however often it is sent.';
COMMENT ON COLUMN jira_sync.messages.root IS 'The message that began its thread; null where it begins one.';
COMMENT ON COLUMN jira_sync.messages.content IS 'What it says, of each cause.';
ALTER TABLE jira_sync.messages ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jira_sync.messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jira_sync.migrations (
    version text NOT NULL,
    name text NOT NULL,
    checksum text,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT migrations_version_check CHECK ((version ~ '^[0-9]{14}$'::text))
);
COMMENT ON TABLE jira_sync.migrations IS 'Which migrations were applied. The checksum is filled in by `jira-sync migrate`.';
CREATE TABLE jira_sync.parked_fields (
    file_audit_id bigint NOT NULL,
    field text NOT NULL,
    issue_key text,
    turns integer NOT NULL,
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    parked_until timestamp with time zone NOT NULL
);
COMMENT ON TABLE jira_sync.parked_fields IS 'Fields that went to and fro between row and issue and are left alone for a while: something answers every write.';
COMMENT ON COLUMN jira_sync.parked_fields.field IS 'The name of the field in the mapping.';
COMMENT ON COLUMN jira_sync.parked_fields.turns IS 'How often it changed sides within the window.';
COMMENT ON COLUMN jira_sync.parked_fields.parked_until IS 'When it is tried again by itself; unpark() does it at once.';
CREATE TABLE jira_sync.polls (
    project_key text NOT NULL,
    watermark bigint,
    watermark_at timestamp with time zone GENERATED ALWAYS AS (to_timestamp((((watermark)::numeric / 1000.0))::double precision)) STORED,
    absolute_time boolean,
    last_started_at timestamp with time zone,
    last_finished_at timestamp with time zone,
    failing_since timestamp with time zone,
    last_error text,
    issues_seen bigint DEFAULT 0 NOT NULL,
    jobs_enqueued bigint DEFAULT 0 NOT NULL,
    swept_at timestamp with time zone,
    sweep_error text,
    issues_missed bigint DEFAULT 0 NOT NULL
);
COMMENT ON TABLE jira_sync.polls IS 'How far each project of JIRA was looked through for changes.';
COMMENT ON COLUMN jira_sync.polls.watermark IS 'The newest `updated` that was seen, by JIRA''s own clock in milliseconds since 1970; moves only together with the jobs that it caused.';
COMMENT ON COLUMN jira_sync.polls.watermark_at IS 'The same as a time.';
COMMENT ON COLUMN jira_sync.polls.absolute_time IS 'Whether the site understands milliseconds since 1970 in a search; null until that was tried.';
COMMENT ON COLUMN jira_sync.polls.last_started_at IS 'When a poll last began, by the database''s clock.';
COMMENT ON COLUMN jira_sync.polls.last_finished_at IS 'When a poll last came to its end.';
COMMENT ON COLUMN jira_sync.polls.failing_since IS 'Since when polls fail; null while they succeed.';
COMMENT ON COLUMN jira_sync.polls.last_error IS 'Why the last poll did not come to its end.';
COMMENT ON COLUMN jira_sync.polls.issues_seen IS 'How many issues the last poll was shown.';
COMMENT ON COLUMN jira_sync.polls.jobs_enqueued IS 'How many of them differed from what was agreed on.';
COMMENT ON COLUMN jira_sync.polls.swept_at IS 'When a sweep last came to its end.';
COMMENT ON COLUMN jira_sync.polls.sweep_error IS 'Why the last sweep believed nothing of what it saw.';
COMMENT ON COLUMN jira_sync.polls.issues_missed IS 'How many linked issues the last sweep did not find.';
CREATE TABLE jira_sync.rate_limits (
    scope text NOT NULL,
    rate double precision,
    next_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    blocked_until timestamp with time zone,
    reason text,
    strikes integer DEFAULT 0 NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    refusals bigint DEFAULT 0 NOT NULL,
    day date DEFAULT CURRENT_DATE NOT NULL,
    calls_today bigint DEFAULT 0 NOT NULL,
    CONSTRAINT rate_limits_counts_not_negative CHECK (((strikes >= 0) AND (refusals >= 0) AND (calls_today >= 0))),
    CONSTRAINT rate_limits_rate_is_positive CHECK ((rate > (0)::double precision)),
    CONSTRAINT rate_limits_scope_known CHECK (((scope = 'site'::text) OR (scope ~ '^(endpoint|issue):.'::text)))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='500');
COMMENT ON TABLE jira_sync.rate_limits IS 'The budget of calls to JIRA that all workers share, and what JIRA itself has limited.';
COMMENT ON COLUMN jira_sync.rate_limits.scope IS 'site, endpoint:<verb and path>, issue:<id or key>: a limit holds for what it names and for nothing else.';
COMMENT ON COLUMN jira_sync.rate_limits.rate IS 'Calls a second at the most; null for no ceiling. Workers write what jira-sync.yaml says when they start.';
COMMENT ON COLUMN jira_sync.rate_limits.next_at IS 'The first moment that no call has been given yet.';
COMMENT ON COLUMN jira_sync.rate_limits.blocked_until IS 'JIRA said so: nothing is sent before.';
COMMENT ON COLUMN jira_sync.rate_limits.reason IS 'What JIRA said when it last limited us.';
COMMENT ON COLUMN jira_sync.rate_limits.strikes IS 'Refusals in a row without a time told: each doubles the wait, from 2 s to 30 s.';
COMMENT ON COLUMN jira_sync.rate_limits.generation IS 'Counts the blocks: a moment that was given out before one counts no more.';
COMMENT ON COLUMN jira_sync.rate_limits.refusals IS 'How often JIRA has limited us here.';
COMMENT ON COLUMN jira_sync.rate_limits.calls_today IS 'Calls given out on that day, in UTC.';
CREATE VIEW jira_sync.schedule_list WITH (security_invoker='true') AS
 SELECT s.name,
    s.kind,
    s.cron,
    s.keeper,
    s.keeper_reason,
    s.set_by,
    s.last_tick_at AS last_run,
    s.next_tick_at AS next_run,
    s.last_missed_at,
    s.last_job_id,
    h.outcome AS last_outcome,
    h.finished_at AS last_finished_at,
    s.args,
    (s.missed +
        CASE
            WHEN ((s.last_tick_at IS NULL) OR (s.next_tick_at > (now() - '00:01:30'::interval))) THEN (0)::bigint
            ELSE ( SELECT count(*) AS count
               FROM jira_sync.ticks(s.cron, (s.next_tick_at - '00:00:00.000001'::interval), now(), 1000) ticks(ticks))
        END) AS missed
   FROM (jira_sync.schedules s
     LEFT JOIN LATERAL ( SELECT r.outcome,
            r.finished_at
           FROM jira_sync.job_history r
          WHERE (r.id = s.last_job_id)
          ORDER BY r.finished_at DESC
         LIMIT 1) h ON (true))
  WHERE s.enabled;
COMMENT ON VIEW jira_sync.schedule_list IS 'The schedules that are on: when they last ran and will run next, who keeps them, and how many ticks were missed.';
CREATE TABLE jira_sync.workers (
    incarnation uuid NOT NULL,
    name text NOT NULL,
    kinds text[] NOT NULL,
    concurrency integer NOT NULL,
    lease interval DEFAULT '00:00:08'::interval NOT NULL,
    asleep boolean DEFAULT false NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    in_touch_since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    took_suspect boolean DEFAULT false NOT NULL,
    CONSTRAINT workers_concurrency_check CHECK ((concurrency > 0)),
    CONSTRAINT workers_lease_check CHECK ((lease > '00:00:00'::interval))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='500');
COMMENT ON TABLE jira_sync.workers IS 'Worker processes. A lease lives while its worker was seen less than `lease` ago.';
COMMENT ON COLUMN jira_sync.workers.incarnation IS 'A new one for every start of a process.';
COMMENT ON COLUMN jira_sync.workers.name IS 'Host and process id.';
COMMENT ON COLUMN jira_sync.workers.asleep IS 'Waits for NOTIFY; nobody asleep, no NOTIFY sent.';
COMMENT ON COLUMN jira_sync.workers.seen_at IS 'The last heartbeat, by the clock of the database.';
COMMENT ON COLUMN jira_sync.workers.in_touch_since IS 'Since when no heartbeat came late. Who was out of touch himself does not judge others.';
COMMENT ON COLUMN jira_sync.workers.took_suspect IS 'Whether its last claim took a job that has to run alone; the next one takes what else is due.';
CREATE VIEW jira_sync.status WITH (security_invoker='true') AS
 SELECT s.base_url AS site,
    s.project_key AS project,
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
    p.watermark_at AS poll_watermark,
    p.last_finished_at AS polled_at,
    p.failing_since AS poll_failing_since,
    p.last_error AS poll_error,
    p.swept_at,
    d.schedules,
    d.next_tick_at,
    d.missed_ticks,
    (clock_timestamp() - p.last_finished_at) AS poll_lag
   FROM (((((((jira_sync.control c
     LEFT JOIN jira_sync.site s ON (s.singleton))
     LEFT JOIN jira_sync.polls p ON ((s.project_key = p.project_key)))
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE ((jobs.state = 'ready'::text) AND (jobs.run_at <= now()))) AS due,
            count(*) FILTER (WHERE ((jobs.state = 'ready'::text) AND (jobs.run_at > now()))) AS later,
            count(*) FILTER (WHERE (jobs.state = 'running'::text)) AS running,
            count(*) FILTER (WHERE (jobs.state = 'dead'::text)) AS dead,
            min(jobs.run_at) FILTER (WHERE ((jobs.state = 'ready'::text) AND (jobs.run_at <= now()))) AS oldest_due
           FROM jira_sync.jobs) j)
     CROSS JOIN LATERAL ( SELECT count(*) AS workers,
            count(*) FILTER (WHERE workers.asleep) AS workers_asleep
           FROM jira_sync.workers
          WHERE ((workers.seen_at + GREATEST(workers.lease, '00:00:15'::interval)) > clock_timestamp())) w)
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (links.state = 'linked'::text)) AS linked,
            count(*) FILTER (WHERE (links.state = 'creating'::text)) AS creating,
            count(*) FILTER (WHERE (links.state = 'create_unknown'::text)) AS create_unknown,
            count(*) FILTER (WHERE (links.last_error IS NOT NULL)) AS with_error
           FROM jira_sync.links) l)
     CROSS JOIN LATERAL ( SELECT count(*) AS open_conflicts
           FROM jira_sync.conflicts
          WHERE ((conflicts.winner = 'nobody'::text) AND (conflicts.resolved_at IS NULL))) k)
     CROSS JOIN LATERAL ( SELECT count(*) AS schedules,
            min(schedule_list.next_run) AS next_tick_at,
            (COALESCE(sum(schedule_list.missed), (0)::numeric))::bigint AS missed_ticks
           FROM jira_sync.schedule_list) d);
COMMENT ON VIEW jira_sync.status IS 'The whole system in one row: site, queue, workers, links, conflicts, poller, schedules.';
CREATE TABLE jira_sync.threads (
    channel text NOT NULL,
    fingerprint text NOT NULL,
    issue_key text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    event_id bigint NOT NULL,
    waiting bigint DEFAULT 0 NOT NULL,
    waiting_since timestamp with time zone,
    waiting_until timestamp with time zone,
    subjects text[] DEFAULT '{}'::text[] NOT NULL,
    many boolean DEFAULT false NOT NULL,
    last_event_id bigint NOT NULL,
    resolved_event_id bigint,
    is_open boolean DEFAULT false NOT NULL,
    root uuid,
    opened_at timestamp with time zone,
    told_at timestamp with time zone,
    episodes integer DEFAULT 0 NOT NULL,
    episodes_since timestamp with time zone
);
COMMENT ON TABLE jira_sync.threads IS 'What a channel was told of a cause, and what it was not told yet; written by its deliverer alone.';
COMMENT ON COLUMN jira_sync.threads.issue_key IS 'The issue where the channel tells each for itself, else empty.';
COMMENT ON COLUMN jira_sync.threads.event_id IS 'The first event that was not told yet, or the last one that was.';
COMMENT ON COLUMN jira_sync.threads.waiting IS 'How many events were not told yet.';
COMMENT ON COLUMN jira_sync.threads.subjects IS 'What these are about, ten at the most.';
COMMENT ON COLUMN jira_sync.threads.many IS 'Whether it was ever about more than one thing.';
COMMENT ON COLUMN jira_sync.threads.resolved_event_id IS 'Says that the cause has gone, and was not told yet.';
COMMENT ON COLUMN jira_sync.threads.is_open IS 'Whether the cause was told and has not gone since.';
COMMENT ON COLUMN jira_sync.threads.root IS 'The first message of the cause; later ones refer to it.';
COMMENT ON COLUMN jira_sync.threads.episodes IS 'How often the cause came and went since episodes_since.';
ALTER TABLE ONLY jira_sync.job_history ATTACH PARTITION jira_sync.job_history_default DEFAULT;
ALTER TABLE ONLY jira_sync.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.channels
    ADD CONSTRAINT channels_pkey PRIMARY KEY (name);
ALTER TABLE ONLY jira_sync.circuit
    ADD CONSTRAINT circuit_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY jira_sync.conflicts
    ADD CONSTRAINT conflicts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.control
    ADD CONSTRAINT control_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY jira_sync.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.jira_sessions
    ADD CONSTRAINT jira_sessions_pkey PRIMARY KEY (worker);
ALTER TABLE ONLY jira_sync.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jira_sync.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY jira_sync.parked_fields
    ADD CONSTRAINT parked_fields_pkey PRIMARY KEY (file_audit_id, field);
ALTER TABLE ONLY jira_sync.polls
    ADD CONSTRAINT polls_pkey PRIMARY KEY (project_key);
ALTER TABLE ONLY jira_sync.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (scope);
ALTER TABLE ONLY jira_sync.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (name);
ALTER TABLE ONLY jira_sync.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY jira_sync.threads
    ADD CONSTRAINT threads_pkey PRIMARY KEY (channel, fingerprint, issue_key);
ALTER TABLE ONLY jira_sync.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (incarnation);
CREATE INDEX changes_row ON jira_sync.changes USING btree (file_audit_id, at);
CREATE INDEX conflicts_live ON jira_sync.conflicts USING btree (file_audit_id) WHERE ((winner = 'nobody'::text) AND (applied_at IS NULL));
CREATE INDEX conflicts_open ON jira_sync.conflicts USING btree (at) WHERE ((winner = 'nobody'::text) AND (resolved_at IS NULL));
CREATE INDEX conflicts_row ON jira_sync.conflicts USING btree (file_audit_id, at);
CREATE INDEX deliveries_channel ON jira_sync.deliveries USING btree (channel, id);
CREATE INDEX events_at ON jira_sync.events USING btree (at);
CREATE INDEX events_fingerprint ON jira_sync.events USING btree (fingerprint, id);
CREATE INDEX events_lost_worker ON jira_sync.events USING btree (((details ->> 'incarnation'::text))) WHERE (kind = 'worker_lost'::text);
CREATE INDEX job_history_row ON ONLY jira_sync.job_history USING btree (file_audit_id, finished_at) WHERE (file_audit_id IS NOT NULL);
CREATE INDEX job_history_default_file_audit_id_finished_at_idx ON jira_sync.job_history_default USING btree (file_audit_id, finished_at) WHERE (file_audit_id IS NOT NULL);
CREATE INDEX job_history_failed ON ONLY jira_sync.job_history USING btree (finished_at) WHERE (outcome = ANY (ARRAY['refused'::text, 'dead'::text, 'crashed'::text]));
CREATE INDEX job_history_default_finished_at_idx ON jira_sync.job_history_default USING btree (finished_at) WHERE (outcome = ANY (ARRAY['refused'::text, 'dead'::text, 'crashed'::text]));
CREATE INDEX job_history_id ON ONLY jira_sync.job_history USING btree (id);
CREATE INDEX job_history_default_id_idx ON jira_sync.job_history_default USING btree (id);
CREATE INDEX jobs_dead ON jira_sync.jobs USING btree (key) WHERE (state = 'dead'::text);
CREATE INDEX jobs_due ON jira_sync.jobs USING btree (run_at, id) WHERE ((state = 'ready'::text) AND (priority = 0));
CREATE INDEX jobs_ranked ON jira_sync.jobs USING btree (priority DESC, run_at, id) WHERE ((state = 'ready'::text) AND (priority <> 0));
CREATE INDEX jobs_ready_key ON jira_sync.jobs USING btree (key) WHERE (state = 'ready'::text);
CREATE UNIQUE INDEX jobs_running_key ON jira_sync.jobs USING btree (key) WHERE (state = 'running'::text);
CREATE INDEX jobs_suspect ON jira_sync.jobs USING btree (run_at) WHERE ((state = 'ready'::text) AND (crashes > 0));
CREATE INDEX links_cause ON jira_sync.links USING btree (jira_sync.row_cause(last_error)) WHERE (last_error IS NOT NULL);
CREATE INDEX links_gone ON jira_sync.links USING btree (issue_id) WHERE (state = 'issue_gone'::text);
CREATE UNIQUE INDEX links_issue ON jira_sync.links USING btree (issue_id);
CREATE UNIQUE INDEX links_marker ON jira_sync.links USING btree (marker);
CREATE INDEX links_path ON jira_sync.links USING btree (file_path);
CREATE UNIQUE INDEX links_row ON jira_sync.links USING btree (file_audit_id) WHERE (state <> 'row_gone'::text);
CREATE INDEX messages_ready ON jira_sync.messages USING btree (channel, id) WHERE (state = 'ready'::text);
CREATE INDEX messages_recent ON jira_sync.messages USING btree (channel, created_at);
CREATE INDEX threads_open ON jira_sync.threads USING btree (kind) WHERE is_open;
CREATE INDEX threads_unsettled ON jira_sync.threads USING btree (channel) WHERE ((waiting > 0) OR (resolved_event_id IS NOT NULL));
ALTER INDEX jira_sync.job_history_row ATTACH PARTITION jira_sync.job_history_default_file_audit_id_finished_at_idx;
ALTER INDEX jira_sync.job_history_failed ATTACH PARTITION jira_sync.job_history_default_finished_at_idx;
ALTER INDEX jira_sync.job_history_id ATTACH PARTITION jira_sync.job_history_default_id_idx;
CREATE TRIGGER events_inserted AFTER INSERT ON jira_sync.events REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION jira_sync.events_inserted();
CREATE TRIGGER jobs_inserted AFTER INSERT ON jira_sync.jobs REFERENCING NEW TABLE AS new_jobs FOR EACH STATEMENT EXECUTE FUNCTION jira_sync.jobs_inserted();
CREATE TRIGGER jobs_rescheduled AFTER UPDATE OF run_at ON jira_sync.jobs FOR EACH STATEMENT EXECUTE FUNCTION jira_sync.jobs_changed();
CREATE TRIGGER jobs_state_changed AFTER UPDATE OF last_error, run_at ON jira_sync.jobs FOR EACH ROW WHEN (((old.state IS DISTINCT FROM new.state) AND ((new.state = 'dead'::text) OR (old.state = 'dead'::text) OR ((old.state = 'running'::text) AND (new.crashes > old.crashes))))) EXECUTE FUNCTION jira_sync.jobs_state_changed();
CREATE TRIGGER links_error_changed AFTER UPDATE OF last_error ON jira_sync.links FOR EACH ROW WHEN (((old.last_error IS DISTINCT FROM new.last_error) AND (new.state <> 'create_unknown'::text))) EXECUTE FUNCTION jira_sync.links_error_changed();
CREATE TRIGGER links_refused AFTER INSERT ON jira_sync.links FOR EACH ROW WHEN (((new.last_error IS NOT NULL) AND (new.state <> 'create_unknown'::text))) EXECUTE FUNCTION jira_sync.links_error_changed();
ALTER TABLE jira_sync.changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.circuit ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.conflicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.control ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.jira_sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY jira_sync_worker ON jira_sync.changes TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.channels TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.circuit TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.conflicts TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.control TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.deliveries TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.events TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.jira_sessions TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.job_history TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.job_history_default TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.jobs TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.links TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.messages TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.migrations TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.parked_fields TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.polls TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.rate_limits TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.schedules TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.site TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.threads TO jira_sync_worker USING (true) WITH CHECK (true);
CREATE POLICY jira_sync_worker ON jira_sync.workers TO jira_sync_worker USING (true) WITH CHECK (true);
ALTER TABLE jira_sync.job_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.job_history_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.links ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.parked_fields ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.polls ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.site ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.threads ENABLE ROW LEVEL SECURITY;
ALTER TABLE jira_sync.workers ENABLE ROW LEVEL SECURITY;
