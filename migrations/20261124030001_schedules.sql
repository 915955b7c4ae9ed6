-- Periodic work: what is enqueued when, kept by pg_cron where this database has it, else by the workers, from one
-- table. Whoever keeps a schedule, a tick is taken under the lock of its row, and so once for the whole fleet.

-- ---------------------------------------------------------------------------------------------------------
-- When: cron expressions and periods, both in UTC, as pg_cron has them
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.cron_field(expression text, place integer)
returns integer[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
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
$$;
comment on function jira_sync.cron_field(text, integer) is
'The values that one of the five fields of a cron expression stands for; an error in words for a bad one.';

create function jira_sync.cron_canonical(cron text)
returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
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
$$;
comment on function jira_sync.cron_canonical(text) is
'A cron expression or a period ("30 seconds", "5 min", "1 day") in its one spelling; an error in words for a bad one.';

create function jira_sync.cron_period(cron text)
returns integer
language sql immutable parallel safe
set search_path = ''
as $$
    select case when cron ~ '^\d+ (second|minute|hour|day)' then
        split_part(cron, ' ', 1)::integer * case left(split_part(cron, ' ', 2), 1)
            when 's' then 1 when 'm' then 60 when 'h' then 3600 else 86400
        end
    end;
$$;
comment on function jira_sync.cron_period(text) is
'The seconds of a canonical period, null for a cron expression.';

create function jira_sync.ticks(cron text, after timestamptz, up_to timestamptz, most integer)
returns setof timestamptz
language plpgsql immutable parallel safe
set search_path = ''
as $$
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
comment on function jira_sync.ticks(text, timestamptz, timestamptz, integer) is
'The ticks of a cron expression or period after one moment and up to another, at most so many.';

create function jira_sync.next_tick(cron text, after timestamptz)
returns timestamptz
language plpgsql immutable parallel safe
set search_path = ''
as $$
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
comment on function jira_sync.next_tick(text, timestamptz) is
'When a cron expression or period comes next after a moment; an error in words for a bad one.';

-- ---------------------------------------------------------------------------------------------------------
-- What: one row a schedule
-- ---------------------------------------------------------------------------------------------------------

create table jira_sync.schedules (
    name text primary key,
    kind text not null,
    cron text not null,
    args jsonb not null default '{}',
    enabled boolean not null default true,
    set_by text not null default 'person',
    keeper text not null default 'worker',
    keeper_reason text,
    cron_job bigint,
    next_tick_at timestamptz not null,
    last_tick_at timestamptz,
    ticked_at timestamptz,
    ticks bigint not null default 0,
    missed bigint not null default 0,
    last_missed_at timestamptz,
    last_job_id bigint,
    pruned_at timestamptz not null default '-infinity',
    created_at timestamptz not null default now(),
    constraint schedules_name_short check (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
    constraint schedules_kind_known check (kind in ('poll', 'full_sync', 'sweep', 'report', 'noop')),
    constraint schedules_cron_valid check (jira_sync.next_tick(cron, '2000-01-01 00:00:00+00') is not null),
    constraint schedules_args_is_an_object check (jsonb_typeof(args) = 'object'),
    constraint schedules_set_by_known check (set_by in ('default', 'file', 'person')),
    constraint schedules_keeper_known check (keeper in ('worker', 'pg_cron')),
    constraint schedules_missed_not_negative check (missed >= 0)
);
comment on table jira_sync.schedules is
'Periodic work: a job of that kind is enqueued at every tick. Set with schedule(name, cron), ended with unschedule(name).';
comment on column jira_sync.schedules.name is 'The name of the schedule; the kind of its jobs unless it says otherwise.';
comment on column jira_sync.schedules.kind is 'What is enqueued: poll, full_sync, sweep, report or noop.';
comment on column jira_sync.schedules.cron is 'Five fields in UTC, or a period such as "30 seconds".';
comment on column jira_sync.schedules.args is 'What the jobs get as args.';
comment on column jira_sync.schedules.enabled is 'False once somebody said unschedule(name): no default comes back.';
comment on column jira_sync.schedules.set_by is
'Who decided: default (nobody), file (jira-sync.yaml) or person (schedule() or unschedule(), which a file does not undo).';
comment on column jira_sync.schedules.keeper is 'Who enqueues: pg_cron, or the workers of the fleet.';
comment on column jira_sync.schedules.keeper_reason is 'Why the workers keep it; null where pg_cron does.';
comment on column jira_sync.schedules.cron_job is 'The job''s id in cron.job; null where the workers keep it.';
comment on column jira_sync.schedules.next_tick_at is 'When it is due; moved on by whoever takes the tick.';
comment on column jira_sync.schedules.last_tick_at is 'The last tick that was taken: when it was due.';
comment on column jira_sync.schedules.ticked_at is 'When it was really taken.';
comment on column jira_sync.schedules.ticks is 'How many ticks were taken.';
comment on column jira_sync.schedules.missed is 'How many ticks nobody took while they were the newest.';
comment on column jira_sync.schedules.last_missed_at is 'When the last of these was found out.';
comment on column jira_sync.schedules.last_job_id is 'The job that the last tick enqueued, or found waiting.';
comment on column jira_sync.schedules.pruned_at is 'When old rows of cron.job_run_details were last deleted.';
comment on column jira_sync.schedules.created_at is 'When the schedule was first set.';

-- ---------------------------------------------------------------------------------------------------------
-- Who: pg_cron where it can, else the workers
-- ---------------------------------------------------------------------------------------------------------

-- Definer, here and below: jobs of pg_cron belong to a role, and all of ours shall belong to the same.
create function jira_sync.pg_cron_state(
    out usable boolean, out version text, out seconds boolean, out reason text, out remedy text
)
language plpgsql stable security definer
set search_path = ''
as $$
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
comment on function jira_sync.pg_cron_state() is
'Whether pg_cron can keep schedules in this database, its version, whether it knows seconds, and if not, why.';

create function jira_sync.cron_for_pg_cron(cron text, knows_seconds boolean)
returns text
language sql immutable parallel safe
set search_path = ''
as $$
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
comment on function jira_sync.cron_for_pg_cron(text, boolean) is
'A canonical expression as pg_cron takes it, null where it cannot keep it.';

create function jira_sync.arrange_schedule(schedule text)
returns text
language plpgsql security definer
set search_path = ''
as $$
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
$$;
comment on function jira_sync.arrange_schedule(text) is
'Gives a schedule to pg_cron where it can keep it, else to the workers; returns who keeps it.';

-- ---------------------------------------------------------------------------------------------------------
-- Ticks
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.take_tick(s jira_sync.schedules, taker text)
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
    else
        perform jira_sync.resolve_event('schedule_missed', 'schedule_missed:' || s.name,
            format('%s is on time again', s.name));
    end if;
    return job;
end;
$$;
comment on function jira_sync.take_tick(jira_sync.schedules, text) is
'Enqueues the job of a tick, or finds the one that waits, and moves the schedule on; its row has to be locked.';

create function jira_sync.tick(schedule text)
returns bigint
language plpgsql security definer
set search_path = ''
as $$
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
$$;
comment on function jira_sync.tick(text) is
'Takes the tick of a schedule where one is due, and returns its job; else null. Safe to call at any time, by anybody.';

create function jira_sync.keep_schedules()
returns double precision
language plpgsql security definer
set search_path = ''
as $$
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
comment on function jira_sync.keep_schedules() is
'A worker''s part in the schedules: takes what is due and his to take; returns the seconds until he should look again.';

-- ---------------------------------------------------------------------------------------------------------
-- For people
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.set_schedule(schedule text, wanted_kind text, expression text, wanted_args jsonb, setter text)
returns text
language plpgsql security definer
set search_path = ''
as $$
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
comment on function jira_sync.set_schedule(text, text, text, jsonb, text) is
'Sets a schedule on behalf of a file or a person; returns in words what holds now.';

create function jira_sync.schedule(name text, cron text, kind text default null, args jsonb default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
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
comment on function jira_sync.schedule(text, text, text, jsonb) is
'Sets when periodic work is enqueued: schedule(''poll'', ''* * * * *''), schedule(''full_sync'', ''0 3 * * *''), '
'schedule(''poll'', ''30 seconds''). Times are UTC. Kept by pg_cron where this database has it, else by the workers.';

create function jira_sync.unschedule(name text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
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
comment on function jira_sync.unschedule(text) is
'Ends a schedule, for good: no default brings it back. False where there is none of that name.';

create view jira_sync.schedule_list
with (security_invoker = true)
as
select
    s.name,
    s.kind,
    s.cron,
    s.keeper,
    s.keeper_reason,
    s.set_by,
    s.last_tick_at as last_run,
    s.next_tick_at as next_run,
    s.last_missed_at,
    s.last_job_id,
    h.outcome as last_outcome,
    h.finished_at as last_finished_at,
    s.args,
    s.missed + case
        when s.last_tick_at is null or s.next_tick_at > now() - interval '90 seconds' then 0
        else (
            select count(*) from jira_sync.ticks(s.cron, s.next_tick_at - interval '1 microsecond', now(), 1000)
        )
    end as missed
from jira_sync.schedules as s
left join lateral (
    select
        r.outcome,
        r.finished_at
    from jira_sync.job_history as r
    where r.id = s.last_job_id order by r.finished_at desc limit 1
) as h on true
where s.enabled;
comment on view jira_sync.schedule_list is
'The schedules that are on: when they last ran and will run next, who keeps them, and how many ticks were missed.';

-- ---------------------------------------------------------------------------------------------------------
-- Rights, and what holds without any configuration
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.schedules enable row level security;
revoke execute on all functions in schema jira_sync from public;

do $$
declare
    grantee text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant select, insert, update, delete on jira_sync.schedules to %I', grantee);
            execute format('grant select on jira_sync.schedule_list to %I', grantee);
            execute format('grant execute on all functions in schema jira_sync to %I', grantee);
            execute format('create policy %I on jira_sync.schedules for all to %I using (true) with check (true)',
                grantee, grantee);
        end if;
    end loop;
end;
$$;

do $$
begin
    perform jira_sync.set_schedule('poll', 'poll', '60 seconds', '{}', 'default');
    perform jira_sync.set_schedule('sweep', 'sweep', '1 day', '{}', 'default');
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124030001', 'schedules')
on conflict (version) do nothing;
