-- The tables of the job queue. The functions of the queue are in functions/10_queue.sql.

create schema jira_sync;
comment on schema jira_sync is 'jira-sync: the job queue, the links between rows and JIRA issues, and their history.';

create table jira_sync.migrations (
    version text primary key check (version ~ '^[0-9]{14}$'),
    name text not null,
    checksum text,
    applied_at timestamptz not null default now()
);
comment on table jira_sync.migrations is 'Which versioned migrations were applied. `jira-sync migrate` fills in the checksum.';

create table jira_sync.repeatable_migrations (
    name text primary key,
    checksum text,
    applied_at timestamptz not null default now()
);
comment on table jira_sync.repeatable_migrations is
'Which files of migrations/functions were applied. `jira-sync migrate` applies a file again when its checksum changed.';

-- The role has least privilege, for a worker that does not run as the owner. An installer without the right to create
-- roles can still install: the worker then runs as the owner.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'jira_sync_worker') then
        create role jira_sync_worker nologin;
    end if;
exception
    when insufficient_privilege then
        raise notice 'role jira_sync_worker not created: % may not create roles', current_user;
    when duplicate_object or unique_violation then
        null; -- another database of this cluster was installed at the same time
end;
$$;

-- A CHECK constraint names only itself. This function, called by the constraint for a bad job, explains the error.
create function jira_sync.check_job(kind text, row_id text, args jsonb)
returns boolean language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
begin
    if kind not in ('push', 'pull', 'sync', 'poll', 'full_sync', 'sweep', 'report', 'notify', 'noop') then
        raise exception 'unknown job kind "%"', kind using
            errcode = 'check_violation',
            hint = 'Kinds are push, pull, sync, poll, full_sync, sweep, report, notify and noop.';
    end if;
    if kind in ('push', 'pull', 'sync') and row_id is null then
        raise exception 'a job of kind % needs a row_id', kind using
            errcode = 'check_violation',
            hint = 'insert into jira_sync.jobs (kind, row_id) '
                || 'select ''push'', id from public.file_audit where file_number = ''0042''';
    end if;
    if jsonb_typeof(args) is distinct from 'object' then
        raise exception 'args of a job must be a JSON object' using errcode = 'check_violation';
    end if;
    return true;
end;
$$;
comment on function jira_sync.check_job(text, text, jsonb) is 'Raises an error that explains why no worker could run a job.';

create table jira_sync.jobs (
    id bigint generated always as identity primary key,
    kind text not null,
    table_name text not null default 'file_audit',
    row_id text,
    key text collate "C" generated always as (
        case
            when kind in ('push', 'pull', 'sync') then 'row:' || table_name || ':' || row_id
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
    enqueued_by text not null default coalesce(nullif(current_setting('role'), 'none'), session_user),
    started_at timestamptz,
    cancel_requested boolean not null default false,
    merged bigint[] not null default '{}',
    constraint jobs_valid check (
        (
            kind in ('push', 'pull', 'sync', 'poll', 'full_sync', 'sweep', 'report', 'notify', 'noop')
            and (row_id is not null or kind not in ('push', 'pull', 'sync'))
            and jsonb_typeof(args) = 'object'
        )
        or jira_sync.check_job(kind, row_id, args)
    ),
    -- One constraint for state and lease: each constraint makes an INSERT 8 µs slower.
    constraint jobs_lease_exactly_while_running check (
        case state
            when 'running' then worker is not null and token is not null and started_at is not null
            when 'ready' then worker is null and token is null
            when 'dead' then worker is null and token is null
            else false
        end
    )
) with (
    -- Truncation takes a lock that stops writers; the space is needed again at once.
    vacuum_truncate = off,
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
);
-- Only claims say `id > 0`. Otherwise the planner takes this index also for lookups by key, if it plans them for an empty queue.
create index jobs_due on jira_sync.jobs (priority, run_at, id) where state = 'ready' and id > 0;
-- The levels of priority are found here: the entries of priority 0 are too many to pass over.
create index jobs_levels on jira_sync.jobs (priority) where state = 'ready' and priority <> 0;
create index jobs_ready_key on jira_sync.jobs (key) where state = 'ready';
-- Two live leases for one key are impossible, whatever else is wrong.
create unique index jobs_running_key on jira_sync.jobs (key) where state = 'running';
create index jobs_quarantined on jira_sync.jobs (run_at) where state = 'ready' and crashes > 0;
create index jobs_dead on jira_sync.jobs (key) where state = 'dead';
comment on table jira_sync.jobs is
'Jobs that wait, run or are dead. Only kind is needed to insert: insert into jira_sync.jobs (kind, row_id) values (''push'', 42).';
comment on column jira_sync.jobs.kind is
'push, pull, sync (a row, and which side may be written), poll, full_sync, sweep, report, notify, noop.';
comment on column jira_sync.jobs.table_name is 'The synced table, as in tables.';
comment on column jira_sync.jobs.row_id is 'The text of the primary key of the row, for push, pull and sync.';
comment on column jira_sync.jobs.key is
'The job key. Jobs of one key never run at the same time; those that wait are merged when one of them is claimed.';
comment on column jira_sync.jobs.state is
'ready (due at run_at), running (under a lease) or dead (attempts used up; retry_dead() tries again).';
comment on column jira_sync.jobs.priority is 'Larger is more urgent.';
comment on column jira_sync.jobs.run_at is 'The job is due from this time on.';
comment on column jira_sync.jobs.started_at is 'When the current run was claimed.';
comment on column jira_sync.jobs.cancel_requested is 'cancel() was called while the job ran.';
comment on column jira_sync.jobs.merged is 'Ids of jobs of the same key that were merged into this one.';
comment on column jira_sync.jobs.attempt is 'How many runs were begun and charged.';
comment on column jira_sync.jobs.max_attempts is 'After so many failed attempts the job is dead.';
comment on column jira_sync.jobs.crashes is
'How often a worker crashed while it ran this job. Counted apart from attempts; a ready job with crashes is quarantined.';
comment on column jira_sync.jobs.args is 'Further arguments for the handler; a JSON object.';
comment on column jira_sync.jobs.worker is 'First half of the lease: the incarnation of the worker.';
comment on column jira_sync.jobs.token is 'Second half of the lease: the fencing token of this run.';
comment on column jira_sync.jobs.enqueued_by is 'The role that enqueued it. Many rows of one within a minute are a mass edit.';
comment on column jira_sync.jobs.last_error is 'Why the last attempt failed.';

-- Fencing tokens: a new one for each lease.
create sequence jira_sync.lease_tokens;
comment on sequence jira_sync.lease_tokens is 'Fencing tokens: a new one for each lease.';

create table jira_sync.workers (
    incarnation uuid primary key,
    name text not null,
    kinds text[] not null,
    concurrency integer not null check (concurrency > 0),
    lease interval not null default '8 s' check (lease > interval '0'),
    asleep boolean not null default false,
    started_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    on_time_since timestamptz not null default clock_timestamp(),
    took_quarantined boolean not null default false
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
comment on table jira_sync.workers is
'Worker processes. A lease is valid while the last heartbeat of its worker is younger than `lease`.';

create table jira_sync.control (
    singleton boolean primary key default true check (singleton),
    paused_at timestamptz,
    pause_reason text,
    maintained_at timestamptz not null default '-infinity',
    history_days integer not null default 14 check (history_days between 1 and 3650),
    changes_days integer check (changes_days between 1 and 36500),
    installed jsonb not null default '{}',
    unrecorded_changes bigint not null default 0
);
insert into jira_sync.control default values;
comment on table jira_sync.control is 'One row: whether the queue is paused, how long history is kept, what is installed.';
comment on column jira_sync.control.changes_days is
'How many days of changes, events and decided conflicts are kept; null keeps them for ever.';
comment on column jira_sync.control.installed is
'The checksum of each function and table when rights were last set; inspect() compares.';

create table jira_sync.job_history (
    id bigint not null,
    kind text not null,
    table_name text not null default 'file_audit',
    row_id text,
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
create index job_history_row on jira_sync.job_history (table_name, row_id, finished_at) where row_id is not null;
create index job_history_failed on jira_sync.job_history (finished_at)
where outcome in ('refused', 'dead', 'crashed');
create table jira_sync.job_history_default partition of jira_sync.job_history default;
comment on table jira_sync.job_history is
'Each run of each job with its outcome. One partition for each day; partitions older than control.history_days are dropped.';
comment on column jira_sync.job_history.outcome is
'done, retry (it will be tried again), refused (a retry would not help), dead (attempts used up), cancelled, '
'crashed (its worker was lost), returned (given back without a charged attempt).';

insert into jira_sync.migrations (version, name) values ('20261130000001', 'queue')
on conflict (version) do nothing;
