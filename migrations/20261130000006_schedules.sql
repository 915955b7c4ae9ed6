-- Periodic work.

create table jira_sync.schedules (
    name text primary key,
    kind text not null,
    cron text not null,
    args jsonb not null default '{}',
    enabled boolean not null default true,
    set_by text not null default 'person',
    scheduler text not null default 'worker',
    scheduler_reason text,
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
    constraint schedules_args_is_an_object check (jsonb_typeof(args) = 'object'),
    constraint schedules_set_by_known check (set_by in ('default', 'file', 'person')),
    constraint schedules_scheduler_known check (scheduler in ('worker', 'pg_cron')),
    constraint schedules_missed_not_negative check (missed >= 0)
);
comment on table jira_sync.schedules is
'Periodic work: each tick enqueues a job of that kind. Set with schedule(name, cron), ended with unschedule(name).';
comment on column jira_sync.schedules.cron is 'Five fields in UTC, or a period such as "30 seconds".';

insert into jira_sync.migrations (version, name) values ('20261130000006', 'schedules')
on conflict (version) do nothing;
