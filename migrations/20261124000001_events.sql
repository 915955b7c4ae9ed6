-- What people should hear of: written in the transaction that causes it, delivered later by jobs of kind notify.

create table jira_sync.events (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    kind text not null,
    severity text not null,
    fingerprint text not null,
    subject text not null,
    message text not null,
    remedy text,
    file_audit_id bigint,
    issue_key text,
    job_id bigint,
    details jsonb not null default '{}',
    resolves boolean not null default false,
    constraint events_severity_known check (severity in ('info', 'warning', 'error')),
    constraint events_details_is_an_object check (jsonb_typeof(details) = 'object')
);
create index events_fingerprint on jira_sync.events (fingerprint, id);
create index events_at on jira_sync.events (at);
comment on table jira_sync.events is 'What happened that people should hear of, in the order in which it was written.';
comment on column jira_sync.events.kind is
'job_dead, row_refused, conflict, circuit_opened, circuit_closed, poller_behind, schedule_missed, worker_lost, '
'breaker_tripped, backfill_finished, daily_summary, test.';
comment on column jira_sync.events.severity is 'info, warning or error.';
comment on column jira_sync.events.fingerprint is 'Events of one cause share it: they are told of once, then counted.';
comment on column jira_sync.events.subject is 'What it is about, in a few words: a row''s path, an issue''s key, the site.';
comment on column jira_sync.events.message is 'What happened, in a sentence that names the column and the field.';
comment on column jira_sync.events.remedy is 'What to do about it.';
comment on column jira_sync.events.resolves is 'The cause has gone: ends what the fingerprint began.';

create function jira_sync.emit(
    kind text, severity text, fingerprint text, subject text, message text, remedy text default null,
    file_audit_id bigint default null, issue_key text default null, job_id bigint default null,
    details jsonb default '{}'
)
returns bigint
language sql
set search_path = ''
as $$
    insert into jira_sync.events (
        kind, severity, fingerprint, subject, message, remedy, file_audit_id, issue_key, job_id, details
    )
    values (
        emit.kind, emit.severity, emit.fingerprint, emit.subject, left(emit.message, 8000), emit.remedy,
        emit.file_audit_id, emit.issue_key, emit.job_id, emit.details
    )
    returning id;
$$;
comment on function jira_sync.emit(text, text, text, text, text, text, bigint, text, bigint, jsonb) is
'Notes an event in the transaction that causes it; returns its id.';

create function jira_sync.resolve_event(kind text, fingerprint text, message text)
returns bigint
language sql
set search_path = ''
as $$
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
comment on function jira_sync.resolve_event(text, text, text) is
'Notes that the cause of earlier events has gone; null where none is open.';

alter table jira_sync.events enable row level security;
revoke execute on all functions in schema jira_sync from public;

do $$
declare
    grantee text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant select, insert, update, delete on jira_sync.events to %I', grantee);
            execute format('grant execute on all functions in schema jira_sync to %I', grantee);
            execute format('create policy %I on jira_sync.events for all to %I using (true) with check (true)',
                grantee, grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124000001', 'events')
on conflict (version) do nothing;
