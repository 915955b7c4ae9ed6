-- Who hears of events: an outbox beside them, which jobs of kind notify empty, one deliverer a channel.
--
-- What runs in the transaction of an event only inserts, and only rows of its own: it waits for nobody, and nobody
-- waits for it. Counting, digesting and threading are done afterwards, by the one worker that holds the channel's key.

-- ---------------------------------------------------------------------------------------------------------
-- Channels, and what goes where
-- ---------------------------------------------------------------------------------------------------------

create table jira_sync.channels (
    name text primary key,
    active boolean not null default true,
    severity text not null default 'warning',
    kinds text[],
    also text[] not null default '{}',
    never text[] not null default '{}',
    resolved boolean not null default true,
    digest interval not null default '1 hour',
    by_issue boolean not null default false,
    holders text[] not null default '{}',
    updated_at timestamptz not null default now(),
    constraint channels_severity_known check (severity in ('info', 'warning', 'error')),
    constraint channels_digest_positive check (digest > '0')
);
comment on table jira_sync.channels is
'Where people hear of events, as the workers were configured; written by announce_channels().';
comment on column jira_sync.channels.name is 'email, slack, jira; the key of its jobs is notify:<name>.';
comment on column jira_sync.channels.active is 'Whether events go there; false once no worker has it configured.';
comment on column jira_sync.channels.severity is 'The lowest severity that is told.';
comment on column jira_sync.channels.kinds is 'The kinds that are told; null is all.';
comment on column jira_sync.channels.also is 'Kinds that are told whatever their severity.';
comment on column jira_sync.channels.never is 'Kinds that are not told.';
comment on column jira_sync.channels.resolved is 'Whether it is told that a cause has gone.';
comment on column jira_sync.channels.digest is 'How long more of the same is collected before it is told.';
comment on column jira_sync.channels.by_issue is 'Whether only events with an issue go there, each issue for itself.';
comment on column jira_sync.channels.holders is 'Names of the workers that have it configured.';

create function jira_sync.announce_channels(worker_name text, offered jsonb)
returns void
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.announce_channels(text, jsonb) is
'Says which channels a worker has, and what goes there; those that no living worker has any more end.';

-- ---------------------------------------------------------------------------------------------------------
-- The outbox
-- ---------------------------------------------------------------------------------------------------------

create table jira_sync.deliveries (
    id bigint generated always as identity primary key,
    channel text not null,
    event_id bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index deliveries_channel on jira_sync.deliveries (channel, id);
comment on table jira_sync.deliveries is 'Events that a channel has not looked at yet.';

create table jira_sync.threads (
    channel text not null,
    fingerprint text not null,
    issue_key text not null default '',
    kind text not null,
    severity text not null,
    event_id bigint not null,
    waiting bigint not null default 0,
    waiting_since timestamptz,
    waiting_until timestamptz,
    subjects text[] not null default '{}',
    many boolean not null default false,
    last_event_id bigint not null,
    resolved_event_id bigint,
    is_open boolean not null default false,
    root uuid,
    opened_at timestamptz,
    told_at timestamptz,
    episodes integer not null default 0,
    episodes_since timestamptz,
    primary key (channel, fingerprint, issue_key)
);
create index threads_unsettled on jira_sync.threads (channel)
where waiting > 0 or resolved_event_id is not null;
create index threads_open on jira_sync.threads (kind) where is_open;
comment on table jira_sync.threads is
'What a channel was told of a cause, and what it was not told yet; written by its deliverer alone.';
comment on column jira_sync.threads.issue_key is 'The issue where the channel tells each for itself, else empty.';
comment on column jira_sync.threads.event_id is 'The first event that was not told yet, or the last one that was.';
comment on column jira_sync.threads.waiting is 'How many events were not told yet.';
comment on column jira_sync.threads.subjects is 'What these are about, ten at the most.';
comment on column jira_sync.threads.many is 'Whether it was ever about more than one thing.';
comment on column jira_sync.threads.resolved_event_id is 'Says that the cause has gone, and was not told yet.';
comment on column jira_sync.threads.is_open is 'Whether the cause was told and has not gone since.';
comment on column jira_sync.threads.root is 'The first message of the cause; later ones refer to it.';
comment on column jira_sync.threads.episodes is 'How often the cause came and went since episodes_since.';

create table jira_sync.messages (
    id bigint generated always as identity primary key,
    channel text not null,
    state text not null default 'ready',
    uuid uuid not null default gen_random_uuid(),
    root uuid,
    kind text not null,
    resolves boolean not null default false,
    issue_key text,
    content jsonb not null,
    attempt integer not null default 0,
    last_error text,
    created_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    constraint messages_state_known check (state in ('ready', 'sent', 'dead'))
);
create index messages_ready on jira_sync.messages (channel, id) where state = 'ready';
create index messages_recent on jira_sync.messages (channel, created_at);
comment on table jira_sync.messages is 'What was or will be sent, in the order in which each channel gets it.';
comment on column jira_sync.messages.state is 'ready, sent, or dead: given up, see last_error and redeliver().';
comment on column jira_sync.messages.uuid is 'Its name for the receiver: the same however often it is sent.';
comment on column jira_sync.messages.root is 'The message that began its thread; null where it begins one.';
comment on column jira_sync.messages.content is 'What it says, of each cause.';

create function jira_sync.wake_channels(woken text[])
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
                where j.state = 'ready' and j.key = 'notify:' || u.name and j.attempt = 0
                    and j.run_at <= clock_timestamp()
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
comment on function jira_sync.wake_channels(text[]) is 'Enqueues a notify job for each channel where none waits.';

create function jira_sync.events_inserted()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
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
comment on function jira_sync.events_inserted() is 'Trigger: puts events into the outbox of the channels they go to.';
create trigger events_inserted after insert on jira_sync.events
referencing new table as new_events
for each statement execute function jira_sync.events_inserted();

create function jira_sync.collect_deliveries(channel text)
returns bigint
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.collect_deliveries(text) is
'Counts what waits in the outbox of a channel to its causes; for the worker that holds its job. '
'Returns how many events they were.';

create function jira_sync.redeliver()
returns bigint
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.redeliver() is 'Sends messages that were given up once more; returns how many they are.';

-- ---------------------------------------------------------------------------------------------------------
-- Events of the queue and of links
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.cause(error text)
returns text
language sql immutable parallel safe
set search_path = ''
as $$
    -- What differs from row to row is taken out: texts in quotes, paths, keys of issues, numbers.
    select left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        left(error, 2000),
        '"[^"]*"|''[^'']*''|“[^”]*”', '…', 'g'),
        '\S*/\S*', '…', 'g'),
        '\m[A-Z][A-Z0-9_]+-[0-9]+\M', '…', 'g'),
        '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '#', 'g'), 500);
$$;
comment on function jira_sync.cause(text) is 'What an error has in common with those of the same cause.';

create function jira_sync.job_cause(kind text, error text)
returns text
language sql immutable parallel safe
set search_path = ''
as $$
    select 'job_dead:' || kind || ':' || left(md5(coalesce(jira_sync.cause(error), '')), 16);
$$;
comment on function jira_sync.job_cause(text, text) is 'The fingerprint of jobs that died of one cause.';

create function jira_sync.row_cause(error text)
returns text
language sql immutable parallel safe
set search_path = ''
as $$
    select 'row_refused:' || left(md5(jira_sync.cause(error)), 16);
$$;
comment on function jira_sync.row_cause(text) is 'The fingerprint of rows that are refused for one cause.';

create function jira_sync.jobs_state_changed()
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
        if old.state = 'dead' then
            perform jira_sync.resolve_gone();
        end if;
        -- When all that it enqueues has run, the handler of reports says so.
        if new.state = 'running' and new.kind = 'full_sync' and new.attempt = 1 then
            insert into jira_sync.jobs (kind, run_at, max_attempts, args)
            values (
                'report', clock_timestamp() + interval '2 s', 1000000,
                jsonb_build_object('backfill', jsonb_build_object('job', new.id, 'since', clock_timestamp()))
            );
        end if;
    exception
        when others then
            raise warning 'nobody will be told of job %: %', new.id, sqlerrm;
    end;
    return null;
end;
$$;
comment on function jira_sync.jobs_state_changed() is 'Trigger: tells of jobs that died and of workers that were lost.';

-- The jobs that succeed never come here: they are deleted.
create trigger jobs_state_changed after update of state on jira_sync.jobs
for each row
when (
    old.state is distinct from new.state
    and (
        new.state = 'dead' or old.state = 'dead' or new.kind = 'full_sync'
        or (old.state = 'running' and new.crashes > old.crashes)
    )
)
execute function jira_sync.jobs_state_changed();

create index events_lost_worker on jira_sync.events ((details ->> 'incarnation')) where kind = 'worker_lost';
create index links_cause on jira_sync.links (jira_sync.row_cause(last_error)) where last_error is not null;

create function jira_sync.links_error_changed()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    begin
        if new.last_error is not null then
            perform jira_sync.emit(
                kind => 'row_refused', severity => 'warning',
                fingerprint => jira_sync.row_cause(new.last_error),
                subject => new.file_path, message => new.last_error,
                remedy => 'Edit the row or the mapping; it is tried again then. All of them: '
                    || 'select file_path, last_error from jira_sync.links where last_error is not null',
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
comment on function jira_sync.links_error_changed() is
'Trigger: tells of rows that are refused, and when none is any more for the same cause.';
-- A creation without an answer is looked for; that is no refusal.
create trigger links_refused after insert on jira_sync.links
for each row when (new.last_error is not null and new.state <> 'create_unknown')
execute function jira_sync.links_error_changed();
create trigger links_error_changed after update of last_error on jira_sync.links
for each row when (old.last_error is distinct from new.last_error and new.state <> 'create_unknown')
execute function jira_sync.links_error_changed();

create function jira_sync.resolve_gone()
returns void
language plpgsql
set search_path = ''
as $$
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
        elsif gone.kind = 'row_refused' and not exists (
            select from jira_sync.links as l
            where l.last_error is not null and jira_sync.row_cause(l.last_error) = gone.fingerprint
        ) then
            perform jira_sync.resolve_event(
                'row_refused', gone.fingerprint, 'No row is refused for this any more.'
            );
        end if;
    end loop;
end;
$$;
comment on function jira_sync.resolve_gone() is 'Resolves what was told of jobs and rows, and is over.';

-- ---------------------------------------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.channels enable row level security;
alter table jira_sync.deliveries enable row level security;
alter table jira_sync.threads enable row level security;
alter table jira_sync.messages enable row level security;

revoke execute on all functions in schema jira_sync from public;

do $$
declare
    grantee text;
    relation text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            foreach relation in array array['channels', 'deliveries', 'threads', 'messages'] loop
                execute format('grant select, insert, update, delete on jira_sync.%I to %I', relation, grantee);
                execute format('create policy %I on jira_sync.%I for all to %I using (true) with check (true)',
                    grantee, relation, grantee);
            end loop;
            execute format('grant execute on all functions in schema jira_sync to %I', grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124040001', 'notifications')
on conflict (version) do nothing;
