-- Events, and the outbox from which people are notified.

create or replace function jira_sync.emit(
    kind text, severity text, fingerprint text, subject text, message text, remedy text default null,
    row_id text default null, issue_key text default null, job_id bigint default null,
    details jsonb default '{}', table_name text default 'file_audit'
)
returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into jira_sync.events (
        kind, severity, fingerprint, subject, message, remedy, table_name, row_id, issue_key, job_id, details
    )
    values (
        emit.kind, emit.severity, emit.fingerprint, emit.subject, left(emit.message, 8000), emit.remedy,
        emit.table_name, emit.row_id, emit.issue_key, emit.job_id, emit.details
    )
    returning id;
$$;
comment on function jira_sync.emit(text, text, text, text, text, text, text, text, bigint, jsonb, text) is
'Notes an event in the transaction that causes it; returns its id.';

create or replace function jira_sync.resolve_event(kind text, fingerprint text, message text)
returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
    -- Only what is still open is resolved, so it is safe to call this whenever all is well.
    insert into jira_sync.events (kind, severity, fingerprint, subject, message, table_name, row_id, issue_key, resolves)
    select resolve_event.kind, 'info', e.fingerprint, e.subject, resolve_event.message, e.table_name, e.row_id,
        e.issue_key, true
    from (select * from jira_sync.events as l where l.fingerprint = resolve_event.fingerprint order by l.id desc limit 1) as e
    where not e.resolves
    returning id;
$$;
comment on function jira_sync.resolve_event(text, text, text) is
'Notes that the cause of earlier events has gone; null where none is open.';

create or replace function jira_sync.register_channels(worker_name text, offered jsonb)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- Workers of a fleet start together, and one at a time registers its channels.
    perform from jira_sync.control for update;
    insert into jira_sync.channels (name, severity, kinds, also, never, resolved, digest, by_issue, holders)
    select o.name, o.severity, o.kinds, o.also, o.never, o.resolved, make_interval(secs => o.digest),
        o.by_issue, array[worker_name]
    from jsonb_to_recordset(offered) as o (
        name text, severity text, kinds text[], also text[], never text[], resolved boolean,
        digest double precision, by_issue boolean
    )
    on conflict (name) do update
    set active = true, severity = excluded.severity, kinds = excluded.kinds, also = excluded.also,
        never = excluded.never, resolved = excluded.resolved, digest = excluded.digest,
        by_issue = excluded.by_issue, updated_at = now(),
        holders = array(
            select distinct h.name from unnest(channels.holders || excluded.holders) as h (name)
            where h.name = worker_name
                or exists (select from jira_sync.workers as w where w.name = h.name)
        );
    -- A channel that this worker does not have stays active while another worker has it: draining the queue from a machine
    -- without the settings does not silence it.
    update jira_sync.channels as c
    set active = exists (
            select from jira_sync.workers as w where w.name = any(array_remove(c.holders, worker_name))
                and w.seen_at > clock_timestamp() - interval '1 minute'
        ),
        holders = array_remove(c.holders, worker_name), updated_at = now()
    where c.active and c.name not in (select o.name from jsonb_to_recordset(offered) as o (name text));
end;
$$;
comment on function jira_sync.register_channels(text, jsonb) is
'Says which channels a worker has, and what goes there; those that no living worker has any more end.';

create or replace function jira_sync.wake_channels(woken text[])
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- A waiting job that is due covers this, provided that it is not claimed before this transaction commits: so it is locked.
    -- Where that could make the transaction fail, no job is searched.
    if current_setting('transaction_isolation') = 'read committed' then
        woken := array(
            select u.name from unnest(woken) as u (name)
            left join lateral (
                select j.id from jira_sync.jobs as j where j.state = 'ready' and j.key = 'notify:' || u.name
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
    select 'notify', 10, 1000000, jsonb_build_object('channel', u.name) from unnest(woken) as u (name);
end;
$$;
comment on function jira_sync.wake_channels(text[]) is 'Enqueues a notify job for each channel where none waits.';

create or replace function jira_sync.events_inserted()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    woken text[];
begin
    -- A failure to notify must not undo the change that people are notified of.
    begin
        with routed as (
            insert into jira_sync.deliveries (channel, event_id)
            select c.name, e.id from new_events as e
            inner join jira_sync.channels as c on c.active
                and e.kind <> all(c.never) and (not c.by_issue or e.resolves or e.issue_key is not null)
                -- A channel does not report its own trouble.
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
    exception
        when others then
            raise warning 'an event is not sent to people: %', sqlerrm;
    end;
    begin
        if woken is not null then
            perform jira_sync.wake_channels(woken);
        end if;
    exception
        when others then
            raise warning 'an event is sent after the next inspection: %', sqlerrm;
    end;
    return null;
end;
$$;
comment on function jira_sync.events_inserted() is 'Trigger: puts events into the outbox of the channels they go to.';

create or replace function jira_sync.collect_events(channel text)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    taken bigint[];
    apart boolean := (select c.by_issue from jira_sync.channels as c where c.name = collect_events.channel);
begin
    with gone as (
        delete from jira_sync.deliveries as d
        where d.id in (
            select o.id from jira_sync.deliveries as o
            where o.channel = collect_events.channel order by o.id limit 20000
        )
        returning d.event_id
    )
    select array_agg(g.event_id) into taken from gone as g;
    if taken is null then
        return 0;
    end if;
    insert into jira_sync.incidents as t (
        channel, fingerprint, issue_key, kind, severity, event_id, waiting, waiting_since, waiting_until,
        subjects, many, last_event_id
    )
    select collect_events.channel, e.fingerprint, case when apart then e.issue_key else '' end,
        (array_agg(e.kind order by e.id))[1],
        case
            when bool_or(e.severity = 'error') then 'error'
            when bool_or(e.severity = 'warning') then 'warning'
            else 'info'
        end, min(e.id), count(*), min(e.at), max(e.at),
        (array_agg(distinct e.subject order by e.subject))[1:10], count(distinct e.subject) > 1, max(e.id)
    from jira_sync.events as e where e.id = any(taken) and not e.resolves
    group by 2, 3
    on conflict on constraint incidents_pkey do update
    set kind = excluded.kind, severity = excluded.severity,
        event_id = case when t.waiting = 0 then excluded.event_id else t.event_id end,
        waiting = t.waiting + excluded.waiting, waiting_since = least(t.waiting_since, excluded.waiting_since),
        waiting_until = greatest(t.waiting_until, excluded.waiting_until),
        subjects = (array(
            select distinct s.subject from unnest(t.subjects || excluded.subjects) as s (subject) order by 1
        ))[1:10],
        -- The subject of the last message is in no list any more, but its event has it.
        many = t.many or excluded.many or excluded.subjects[1] is distinct from coalesce(
            t.subjects[1], (select e.subject from jira_sync.events as e where e.id = t.event_id)
        ),
        last_event_id = greatest(t.last_event_id, excluded.last_event_id);
    -- An incident that was never sent needs no message that it is resolved.
    update jira_sync.incidents as t
    set resolved_event_id = r.event_id
    from (
        select e.fingerprint, max(e.id) as event_id from jira_sync.events as e where e.id = any(taken) and e.resolves
        group by e.fingerprint
    ) as r
    where t.channel = collect_events.channel and t.fingerprint = r.fingerprint
        and (t.is_open or t.waiting > 0) and r.event_id > t.last_event_id;
    -- What came after it makes it open again.
    update jira_sync.incidents as t
    set resolved_event_id = null
    where t.channel = collect_events.channel and t.resolved_event_id < t.last_event_id;
    return cardinality(taken);
end;
$$;
comment on function jira_sync.collect_events(text) is
'Adds the events in the outbox of a channel to their incidents; called under its notify job. Returns how many.';

create or replace function jira_sync.retry_messages()
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    woken text[]; revived bigint;
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
comment on function jira_sync.retry_messages() is 'Sends messages that were given up once more; returns how many they are.';

create or replace function jira_sync.job_fingerprint(kind text, error text)
returns text language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select 'job_dead:' || kind || ':' || left(md5(coalesce(jira_sync.error_pattern(error), '')), 16);
$$;
comment on function jira_sync.job_fingerprint(text, text) is 'The fingerprint of jobs that died of one cause.';

create or replace function jira_sync.jobs_state_changed()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    worker_name text; row_path text;
begin
    begin
        if new.state = 'dead' then
            select l.label into row_path from jira_sync.links as l
            where l.table_name = new.table_name and l.row_id = new.row_id order by l.id desc limit 1;
            perform jira_sync.emit(
                kind => 'job_dead', severity => 'error',
                fingerprint => jira_sync.job_fingerprint(new.kind, new.last_error),
                subject => coalesce(row_path, new.kind || ' job ' || new.id),
                message => format('A job of kind %s was given up: %s', new.kind,
                    coalesce(new.last_error, 'no error was recorded')),
                remedy => 'Put right what the error says, then try it again: select jira_sync.retry_dead()',
                table_name => new.table_name, row_id => new.row_id, job_id => new.id
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
                    job_id => new.id, details => jsonb_build_object('incarnation', old.worker)
                );
            end if;
        end if;
        -- Once for each statement: when the first row comes here all of them are changed, and each look reads them all.
        if old.state = 'dead'
            and current_setting('jira_sync.revived', true) is distinct from statement_timestamp()::text
        then
            perform set_config('jira_sync.revived', statement_timestamp()::text, true);
            perform jira_sync.resolve_finished();
        end if;
    exception
        when others then
            raise warning 'people are not notified of job %: %', new.id, sqlerrm;
    end;
    return null;
end;
$$;
comment on function jira_sync.jobs_state_changed() is 'Trigger: tells of jobs that died and of workers that were lost.';

create or replace function jira_sync.links_error_changed()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    begin
        if new.last_error is not null and new.state not in ('issue_gone', 'unlinked') then
            perform jira_sync.emit(
                kind => 'row_refused', severity => 'warning', fingerprint => jira_sync.row_fingerprint(new.last_error),
                subject => new.label, message => new.last_error,
                remedy => case
                    when new.last_error like '%select jira_sync.resume_field(%' then
                        'The rest of the row goes on.'
                    else 'Edit the row or the mapping; it is tried again then.'
                end || ' All of them: select label, last_error from jira_sync.links where last_error is not null',
                table_name => new.table_name, row_id => new.row_id, issue_key => new.issue_key
            );
        end if;
        if tg_op = 'UPDATE' and old.last_error is not null and not exists (
            select from jira_sync.links as l where l.last_error is not null
                and jira_sync.row_fingerprint(l.last_error) = jira_sync.row_fingerprint(old.last_error)
        ) then
            perform jira_sync.resolve_event(
                'row_refused', jira_sync.row_fingerprint(old.last_error), 'No row is refused for this any more.'
            );
        end if;
    exception
        when others then
            raise warning 'people are not notified of the row %: %', new.label, sqlerrm;
    end;
    return null;
end;
$$;
comment on function jira_sync.links_error_changed() is
'Trigger: tells of rows that are refused, and when none is any more for the same cause.';

create or replace function jira_sync.resolve_finished()
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    gone record;
begin
    -- Two transactions that repair the last two rows at the same time each still see the other row as refused, and a dead job
    -- disappears when another job of its key succeeds. So open incidents are checked again and again.
    for gone in
        select distinct t.kind, t.fingerprint from jira_sync.incidents as t
        where t.is_open and t.kind in ('job_dead', 'row_refused')
    loop
        if gone.kind = 'job_dead' and not exists (
            select from jira_sync.jobs as j
            where j.state = 'dead' and jira_sync.job_fingerprint(j.kind, j.last_error) = gone.fingerprint
        ) then
            perform jira_sync.resolve_event(
                'job_dead', gone.fingerprint, 'No job is dead for this any more: they succeeded, are tried '
                || 'again or were cancelled.'
            );
        elsif gone.fingerprint like 'issue_gone:%' and not exists (
            select from jira_sync.links as l
            where l.id = substring(gone.fingerprint from '^issue_gone:([0-9]+)$')::bigint
                and l.state in ('issue_gone', 'unlinked') and l.last_error is not null
        ) then
            perform jira_sync.resolve_event(
                'row_refused', gone.fingerprint, 'The issue is there again, or the row was unlinked or linked '
                || 'it with another.'
            );
        elsif gone.fingerprint like 'row\_refused:%' and not exists (
            select from jira_sync.links as l
            where l.last_error is not null and jira_sync.row_fingerprint(l.last_error) = gone.fingerprint
        ) then
            perform jira_sync.resolve_event('row_refused', gone.fingerprint, 'No row is refused for this any more.');
        end if;
    end loop;
end;
$$;
comment on function jira_sync.resolve_finished() is 'Resolves incidents of jobs and rows whose cause is gone.';

create or replace function jira_sync.report_backfill(job bigint)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into jira_sync.jobs (kind, run_at, max_attempts, args)
    values (
        'report', clock_timestamp() + interval '2 s', 1000000,
        jsonb_build_object('backfill', jsonb_build_object('job', job, 'since', clock_timestamp()))
    );
$$;
comment on function jira_sync.report_backfill(bigint) is
'Sees to it that people hear of a full_sync when all that it enqueued has run.';

select jira_sync.ensure_trigger('jira_sync.events', 'events_inserted',
    'after insert on jira_sync.events referencing new table as new_events '
    'for each statement execute function jira_sync.events_inserted()');
select jira_sync.ensure_trigger('jira_sync.jobs', 'jobs_state_changed',
    'after update of last_error, run_at on jira_sync.jobs for each row when ('
    'old.state is distinct from new.state and (new.state = ''dead'' or old.state = ''dead'' '
    'or (old.state = ''running'' and new.crashes > old.crashes))'
    ') execute function jira_sync.jobs_state_changed()');
select jira_sync.ensure_trigger('jira_sync.links', 'links_refused',
    'after insert on jira_sync.links for each row when (new.last_error is not null and new.state <> ''create_unknown'') '
    'execute function jira_sync.links_error_changed()');
select jira_sync.ensure_trigger('jira_sync.links', 'links_error_changed',
    'after update of last_error on jira_sync.links for each row when ('
    'old.last_error is distinct from new.last_error and new.state <> ''create_unknown'''
    ') execute function jira_sync.links_error_changed()');
