-- Events, and the outbox from which people are notified.

create sequence jira_sync.events_id_seq;
create table jira_sync.events (
    id bigint not null default nextval('jira_sync.events_id_seq'),
    at timestamptz not null default clock_timestamp(),
    kind text not null,
    severity text not null,
    fingerprint text not null,
    subject text not null,
    message text not null,
    remedy text,
    table_name text,
    row_id text,
    issue_key text,
    job_id bigint,
    details jsonb not null default '{}',
    resolves boolean not null default false,
    primary key (id, at),
    constraint events_severity_known check (severity in ('info', 'warning', 'error')),
    constraint events_details_is_an_object check (jsonb_typeof(details) = 'object')
) partition by range (at);
alter sequence jira_sync.events_id_seq owned by jira_sync.events.id;
create index events_fingerprint on jira_sync.events (fingerprint, id);
create index events_at on jira_sync.events (at);
create index events_lost_worker on jira_sync.events ((details ->> 'incarnation')) where kind = 'worker_lost';
create table jira_sync.events_default partition of jira_sync.events default;
comment on table jira_sync.events is 'What happened that people are notified of, in the order in which it was written.';
comment on column jira_sync.events.kind is
'job_dead, row_refused, conflict, circuit_opened, circuit_closed, poller_behind, schedule_missed, worker_lost, '
'breaker_tripped, backfill_finished, daily_summary, installation, rows_not_linked, trigger_failed, test.';
comment on column jira_sync.events.fingerprint is
'Events of one incident share it: the first is sent at once, further ones are counted.';

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
    constraint channels_digest_positive check (digest > interval '0')
);
comment on table jira_sync.channels is 'Where people are notified, as the workers are configured; written by register_channels().';

create table jira_sync.deliveries (
    id bigint generated always as identity primary key,
    channel text not null,
    event_id bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index deliveries_channel on jira_sync.deliveries (channel, id);
comment on table jira_sync.deliveries is 'The outbox: events that a channel has not processed yet.';

create table jira_sync.incidents (
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
    sent_at timestamptz,
    recurrences integer not null default 0,
    recurring_since timestamptz,
    primary key (channel, fingerprint, issue_key)
);
create index incidents_unsettled on jira_sync.incidents (channel) where waiting > 0 or resolved_event_id is not null;
create index incidents_open on jira_sync.incidents (kind) where is_open;
comment on table jira_sync.incidents is
'For each channel and incident: which events were sent, and which wait. Only the run of the channel''s notify job writes it.';

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
comment on table jira_sync.messages is 'Messages that were or will be sent, in the order in which each channel gets them.';
comment on column jira_sync.messages.state is 'ready, sent, or dead: attempts used up, see last_error and retry_messages().';

-- Row-level security everywhere: a grant alone shows no row.
do $$
declare
    relation regclass;
begin
    for relation in
        select c.oid from pg_catalog.pg_class as c
        where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', relation);
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261130000007', 'notifications')
on conflict (version) do nothing;
