-- The JIRA site: what the database is linked to, the rate limiter, the circuit.

create table jira_sync.site (
    singleton boolean primary key default true check (singleton),
    base_url text not null,
    project_key text not null,
    deployment text not null check (deployment in ('cloud', 'server')),
    mapping jsonb not null default '{}',
    server jsonb,
    bound_at timestamptz not null default now()
);
comment on table jira_sync.site is
'One row: the JIRA site and project of the links. On another site the same issue id is another issue.';

create table jira_sync.rate_limits (
    scope text primary key,
    rate double precision,
    next_at timestamptz not null default '-infinity',
    blocked_until timestamptz,
    reason text,
    strikes integer not null default 0,
    generation bigint not null default 0,
    refusals bigint not null default 0,
    day date not null default current_date,
    calls_today bigint not null default 0,
    constraint rate_limits_scope_known check (scope = 'site' or scope ~ '^(endpoint|issue):.'),
    constraint rate_limits_rate_is_positive check (rate > 0),
    constraint rate_limits_counts_not_negative check (strikes >= 0 and refusals >= 0 and calls_today >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
insert into jira_sync.rate_limits (scope, rate) values ('site', 10);
comment on table jira_sync.rate_limits is
'The rate limiter: the budget of calls to JIRA that all workers share, and the limits that JIRA itself has set.';

create table jira_sync.circuit (
    singleton boolean primary key default true check (singleton),
    state text not null default 'closed',
    cause text,
    reason text,
    since timestamptz not null default clock_timestamp(),
    opened_by text,
    opened_count bigint not null default 0,
    next_probe_at timestamptz,
    probes integer not null default 0,
    prober uuid,
    closed_credentials text,
    constraint circuit_state_known check (state in ('closed', 'open', 'half_open')),
    constraint circuit_cause_known check (cause in ('credentials', 'forbidden', 'unreachable')),
    constraint circuit_open_says_why check (state = 'closed' or (cause is not null and reason is not null))
) with (fillfactor = 50);
insert into jira_sync.circuit default values;
comment on table jira_sync.circuit is
'One row: whether JIRA can be called. While the circuit is open, jobs that call JIRA wait, and one worker at a time probes.';
comment on column jira_sync.circuit.state is 'closed (calls are sent), open (no calls), half_open (one worker probes).';

create table jira_sync.jira_sessions (
    worker uuid primary key,
    name text not null,
    credentials text not null,
    verified_at timestamptz,
    closed_reason text,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table jira_sync.jira_sessions is 'Which workers have reached JIRA, and which have a trouble that others do not have.';

insert into jira_sync.migrations (version, name) values ('20261130000004', 'site')
on conflict (version) do nothing;
