-- Periodic work: cron expressions, ticks, and pg_cron.

create or replace function jira_sync.cron_field(expression text, place integer)
returns integer[] language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
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
    item text; part text[]; first integer; last integer; step integer;
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
            using errcode = 'check_violation', hint = format('The %s goes from %s to %s.', title, lowest, highest);
        end if;
        if first > last then
            raise exception 'bad cron expression "%": the range % runs backwards', expression, quote_literal(field) using
                errcode = 'check_violation', hint = format('Write two ranges: %s-%s,%s-%s.', first, highest, lowest, last);
        end if;
        if step = 0 then
            raise exception 'bad cron expression "%": a step of 0', expression using
                errcode = 'check_violation', hint = 'A step is 1 or more: */5.';
        end if;
        if part[3] is not null and part[1] is not null and part[2] is null then
            raise exception 'bad cron expression "%": a step needs a range', expression using errcode = 'check_violation',
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

create or replace function jira_sync.cron_canonical(cron text)
returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
    expression text := lower(trim(regexp_replace(coalesce(cron, ''), '\s+', ' ', 'g')));
    part text[] := regexp_match(expression, '^(?:every )?(\d{1,9}) ?(s|m|h|d)[a-z]*$');
    unit text; seconds bigint;
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

create or replace function jira_sync.cron_period(cron text)
returns integer language sql immutable parallel safe
set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
    select case when cron ~ '^\d+ (second|minute|hour|day)' then
        split_part(cron, ' ', 1)::integer * case left(split_part(cron, ' ', 2), 1)
            when 's' then 1 when 'm' then 60 when 'h' then 3600 else 86400
        end
    end;
$$;
comment on function jira_sync.cron_period(text) is 'The seconds of a canonical period, null for a cron expression.';

create or replace function jira_sync.ticks(cron text, after timestamptz, up_to timestamptz, most integer)
returns setof timestamptz language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    expression text := jira_sync.cron_canonical(cron);
    period integer := jira_sync.cron_period(expression);
    minutes integer[]; hours integer[]; days integer[]; months integer[]; weekdays integer[];
    day_is_open boolean; weekday_is_open boolean;
    given integer := 0;
    instant timestamp; last_minute timestamp; tick timestamptz;
begin
    if period is not null then
        -- Counted from 1970 and not from the start, so that every reader computes the same tick.
        tick := to_timestamp((floor(extract(epoch from after) / period) + 1) * period);
        while tick <= up_to and given < most loop
            return next tick;
            given := given + 1;
            tick := tick + make_interval(secs => period);
        end loop;
        return;
    end if;
    minutes := jira_sync.cron_field(expression, 1);
    hours := jira_sync.cron_field(expression, 2); days := jira_sync.cron_field(expression, 3);
    months := jira_sync.cron_field(expression, 4); weekdays := jira_sync.cron_field(expression, 5);
    -- As cron has it: where both days are given either will do, and a field that begins with * is not given.
    day_is_open := split_part(expression, ' ', 3) like '*%';
    weekday_is_open := split_part(expression, ' ', 5) like '*%';
    instant := date_trunc('minute', after at time zone 'UTC') + interval '1 minute';
    -- 29 February may be eight years off.
    last_minute := least(up_to at time zone 'UTC', instant + interval '9 years');
    while instant <= last_minute and given < most loop
        if not extract(month from instant)::integer = any(months) then
            instant := date_trunc('month', instant) + interval '1 month';
        elsif not (case
            when day_is_open or weekday_is_open then
                extract(day from instant)::integer = any(days) and extract(dow from instant)::integer = any(weekdays)
            else extract(day from instant)::integer = any(days) or extract(dow from instant)::integer = any(weekdays)
        end) then
            instant := date_trunc('day', instant) + interval '1 day';
        elsif not extract(hour from instant)::integer = any(hours) then
            instant := date_trunc('hour', instant) + interval '1 hour';
        elsif not extract(minute from instant)::integer = any(minutes) then
            instant := instant + interval '1 minute';
        else
            return next instant at time zone 'UTC';
            given := given + 1;
            instant := instant + interval '1 minute';
        end if;
    end loop;
end;
$$;
comment on function jira_sync.ticks(text, timestamptz, timestamptz, integer) is
'The ticks of a cron expression or period after one instant and up to another, at most so many.';

create or replace function jira_sync.next_tick(cron text, after timestamptz)
returns timestamptz language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
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
'When a cron expression or period comes next after a instant; an error in words for a bad one.';

create or replace function jira_sync.pg_cron_state(
    out usable boolean, out version text, out seconds boolean, out reason text, out remedy text
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    home text;
begin
    usable := false; seconds := false;
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

create or replace function jira_sync.cron_for_pg_cron(cron text, knows_seconds boolean)
returns text language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    -- A period that divides its unit has the same ticks as the cron expression; pg_cron cannot express others.
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

create or replace function jira_sync.assign_schedule(schedule text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s jira_sync.schedules; pg_cron record; expression text; job bigint; why text;
begin
    -- The row is locked, so that a tick that is run now is finished first.
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
    set scheduler = case when job is null then 'worker' else 'pg_cron' end, cron_job = job,
        scheduler_reason = case when job is null then why end
    where r.name = schedule;
    -- The workers' timers may wait for too late a instant.
    perform pg_notify('jira_sync', 'schedules');
    return case when job is null then 'worker' else 'pg_cron' end;
end;
$$;
comment on function jira_sync.assign_schedule(text) is
'Assigns a schedule to pg_cron where that can run it, else to the workers; returns which of the two.';

create or replace function jira_sync.run_tick(s jira_sync.schedules, taker text)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    instant timestamptz := greatest(clock_timestamp(), s.next_tick_at);
    skipped bigint := 0;
    newest timestamptz := s.next_tick_at;
    job bigint;
    deserted boolean := taker <> s.scheduler;
begin
    -- Ticks that were missed are not run one by one: one job makes up for all of them.
    select count(*), coalesce(max(t.tick), s.next_tick_at) into skipped, newest
    from jira_sync.ticks(s.cron, s.next_tick_at, instant, 10000) as t (tick);
    -- One that waits, or that failed and will be tried again, covers this tick.
    select j.id into job from jira_sync.jobs as j where j.state = 'ready' and j.key = s.kind and j.args = s.args
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
        next_tick_at = jira_sync.next_tick(s.cron, instant)
    where r.name = s.name;
    if skipped > 0 or deserted then
        -- While the server was down no tick could be run, and nothing has to be done about it.
        if newest >= pg_postmaster_start_time() + interval '90 seconds' then
            perform jira_sync.emit(
                'schedule_missed', 'warning', 'schedule_missed:' || s.name, 'schedule ' || s.name,
                case when deserted then
                    format('pg_cron did not take the tick of %s at %s; a worker did, %s later', s.name,
                        to_char(s.next_tick_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
                        date_trunc('second', instant - s.next_tick_at))
                else
                    format('%s ticks of %s passed without anybody taking them, the first at %s', skipped, s.name,
                        to_char(s.next_tick_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'))
                end, case when s.scheduler = 'pg_cron' then
                    'See what pg_cron says: select * from cron.job_run_details order by start_time desc limit 5'
                else 'Keep a worker running: jira-sync worker' end, job_id => job,
                details => jsonb_build_object('schedule', s.name, 'missed', skipped, 'scheduler', s.scheduler)
            );
        end if;
    else
        perform jira_sync.resolve_event('schedule_missed', 'schedule_missed:' || s.name,
            format('%s is on time again', s.name));
    end if;
    return job;
end;
$$;
comment on function jira_sync.run_tick(jira_sync.schedules, text) is
'Enqueues the job of a tick, or finds the one that waits, and moves the schedule on; its row has to be locked.';

create or replace function jira_sync.tick(schedule text)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s jira_sync.schedules; job bigint;
begin
    -- What pg_cron calls. A little early will do, since its seconds are counted from when it began.
    select * into s from jira_sync.schedules as r where r.name = schedule and r.enabled for update;
    if s.next_tick_at <= clock_timestamp()
        + make_interval(secs => least(2, coalesce(jira_sync.cron_period(s.cron), 60) / 4.0)) then
        job := jira_sync.run_tick(s, s.scheduler);
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

create or replace function jira_sync.run_schedules()
returns double precision language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    -- pg_cron is asked to be on time, and is given this long before a worker steps in.
    grace constant interval := '90 seconds';
    pg_cron record;
    present bigint[] := '{}';
    s jira_sync.schedules; stray text;
begin
    -- 1. Schedules that pg_cron can run now, or cannot run any more, are assigned anew, by one worker at a time.
    perform from jira_sync.circuit for update skip locked;
    if found then
        select * into pg_cron from jira_sync.pg_cron_state();
        if pg_cron.usable then
            execute 'select coalesce(array_agg(j.jobid), ''{}'') from cron.job as j' into present;
        end if;
        for stray in
            select r.name from jira_sync.schedules as r where r.enabled and case r.scheduler
                when 'pg_cron' then not r.cron_job = any(present)
                else pg_cron.usable and jira_sync.cron_for_pg_cron(r.cron, pg_cron.seconds) is not null
                    and coalesce(r.scheduler_reason, '') not like 'pg_cron refused it%'
            end
            order by r.name
        loop
            perform jira_sync.assign_schedule(stray);
        end loop;
    end if;
    -- 2. What is due. A locked row is being run by another worker.
    for s in
        select * from jira_sync.schedules as r where r.enabled
            and r.next_tick_at <= clock_timestamp() - case r.scheduler when 'pg_cron' then grace else interval '0' end
        order by r.next_tick_at
        for update skip locked
    loop
        perform jira_sync.run_tick(s, 'worker');
    end loop;
    -- 3. When to look again.
    return (
        select extract(epoch from min(
            r.next_tick_at + case r.scheduler when 'pg_cron' then grace else interval '0' end
        ) - clock_timestamp())
        from jira_sync.schedules as r where r.enabled
    );
end;
$$;
comment on function jira_sync.run_schedules() is
'A worker''s part in the schedules: takes what is due and his to take; returns the seconds until he should look again.';

create or replace function jira_sync.set_schedule(schedule text, wanted_kind text, expression text, wanted_args jsonb, setter text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    canonical text := jira_sync.cron_canonical(expression);
    first_tick timestamptz := jira_sync.next_tick(expression, clock_timestamp());
    s jira_sync.schedules;
begin
    if wanted_kind is null then
        raise exception 'unknown schedule "%"', schedule using errcode = 'check_violation',
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
        end, last_tick_at = case when r.enabled then r.last_tick_at end
    -- A file does not undo what a person said.
    where setter = 'person' or r.set_by <> 'person';
    select * into s from jira_sync.schedules as r where r.name = schedule;
    if s.set_by <> setter then
        return format('%s stays as a person set it: %s', s.name, case when s.enabled then s.cron else 'off' end);
    end if;
    perform jira_sync.assign_schedule(schedule);
    select * into s from jira_sync.schedules as r where r.name = schedule;
    return format('%s: %s, kept by %s, next at %s', s.name, s.cron,
        case s.scheduler when 'pg_cron' then 'pg_cron' else 'the workers' end,
        to_char(s.next_tick_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'));
end;
$$;
comment on function jira_sync.set_schedule(text, text, text, jsonb, text) is
'Sets a schedule on behalf of a file or a person; returns in words what holds now.';

create or replace function jira_sync.schedule(name text, cron text, kind text default null, args jsonb default null)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
'Sets when periodic work is enqueued, by five cron fields in UTC or a period: schedule(''poll'', ''30 seconds'').';

create or replace function jira_sync.unschedule(name text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update jira_sync.schedules as r set enabled = false, set_by = 'person'
    where r.name = unschedule.name and r.enabled;
    if not found then
        return false;
    end if;
    perform jira_sync.assign_schedule(unschedule.name);
    return true;
end;
$$;
comment on function jira_sync.unschedule(text) is
'Ends a schedule, for good: no default brings it back. False where there is none of that name.';

-- Defaults: a file or a person may change them.
select jira_sync.set_schedule(d.name, d.name, d.cron, '{}', 'default')
from (values ('poll', '60 seconds'), ('sweep', '1 day')) as d (name, cron)
where not exists (select from jira_sync.schedules as s where s.name = d.name);
