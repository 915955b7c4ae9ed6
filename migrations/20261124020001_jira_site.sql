-- What the fleet shares of the JIRA site: how fast it may be called, and whether it can be called at all.

-- ---------------------------------------------------------------------------------------------------------
-- Limits
-- ---------------------------------------------------------------------------------------------------------

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
'The budget of calls to JIRA that all workers share, and what JIRA itself has limited.';
comment on column jira_sync.rate_limits.scope is
'site, endpoint:<verb and path>, issue:<id or key>: a limit holds for what it names and for nothing else.';
comment on column jira_sync.rate_limits.rate is
'Calls a second at the most; null for no ceiling. Workers write what jira-sync.yaml says when they start.';
comment on column jira_sync.rate_limits.next_at is 'The first moment that no call has been given yet.';
comment on column jira_sync.rate_limits.blocked_until is 'JIRA said so: nothing is sent before.';
comment on column jira_sync.rate_limits.reason is 'What JIRA said when it last limited us.';
comment on column jira_sync.rate_limits.strikes is
'Refusals in a row without a time told: each doubles the wait, from 2 s to 30 s.';
comment on column jira_sync.rate_limits.generation is
'Counts the blocks: a moment that was given out before one counts no more.';
comment on column jira_sync.rate_limits.refusals is 'How often JIRA has limited us here.';
comment on column jira_sync.rate_limits.calls_today is 'Calls given out on that day, in UTC.';

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
'One row: whether JIRA can be called at all. While it is open no worker claims what calls JIRA, and one at a time probes.';
comment on column jira_sync.circuit.state is 'closed (all is well), open, half_open (a worker probes).';
comment on column jira_sync.circuit.cause is
'Of the last opening: credentials (401), forbidden (403 for everything), unreachable (DNS, TLS, no connection).';
comment on column jira_sync.circuit.reason is 'What JIRA said, or why it was not reached, the last time.';
comment on column jira_sync.circuit.since is 'When the state last went from closed to open or back.';
comment on column jira_sync.circuit.opened_by is 'The worker that opened it, host and process id.';
comment on column jira_sync.circuit.opened_count is 'How often it was opened.';
comment on column jira_sync.circuit.next_probe_at is 'When the next worker may try.';
comment on column jira_sync.circuit.probes is 'Probes without success since it opened.';
comment on column jira_sync.circuit.prober is 'The worker that probes.';
comment on column jira_sync.circuit.closed_credentials is
'A mark of the credentials that closed it: who has others tries them before he goes on.';

create table jira_sync.jira_sessions (
    worker uuid primary key,
    name text not null,
    credentials text not null,
    verified_at timestamptz,
    closed_reason text,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table jira_sync.jira_sessions is
'Which workers have reached JIRA, and which of them stand alone with a trouble that others do not have.';
comment on column jira_sync.jira_sessions.worker is 'As in workers.';
comment on column jira_sync.jira_sessions.name is 'Host and process id.';
comment on column jira_sync.jira_sessions.credentials is
'Tells whether two workers have the same credentials: 24 bits of a digest, from which nobody gets them back.';
comment on column jira_sync.jira_sessions.verified_at is 'When JIRA last believed this worker; null for never.';
comment on column jira_sync.jira_sessions.closed_reason is 'Why this worker does not call JIRA; null where it may.';

-- ---------------------------------------------------------------------------------------------------------
-- Handing out moments for calls
-- ---------------------------------------------------------------------------------------------------------

-- Every call gets a moment of its own, one after the other at even distances, so that no second holds more than the rate
-- and one, whoever calls. A bucket that saves up tokens would let twice as many through after a silence.
--
-- The statement waits for no disk: what a crash of the server could lose is some milliseconds of pacing.
create function jira_sync.take_calls(
    endpoints text[], issues text[], patience double precision, probes boolean default false
)
returns table (
    place integer, wait double precision, blocked_scope text, blocked_reason text, generation bigint
)
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
as $$
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
comment on function jira_sync.take_calls(text[], text[], double precision, boolean) is
'Gives each of some calls its moment, in seconds from now, or says what keeps it: a limit, or the circuit.';

create function jira_sync.call_obstacle(endpoint text, issue text, since_generation bigint, probes boolean default false)
returns table (wait double precision, blocked_scope text, blocked_reason text)
language sql stable
set search_path = ''
as $$
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
comment on function jira_sync.call_obstacle(text, text, bigint, boolean) is
'What has come in the way of a call since it was given its moment; no row where nothing has.';

create function jira_sync.note_limit(limited text, seconds double precision, said text)
returns double precision
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.note_limit(text, double precision, text) is
'JIRA said that a scope is limited, for some seconds or for an unknown time (null); returns for how long nothing is sent.';

create function jira_sync.set_limits(site_rate double precision, endpoints jsonb default '{}')
returns void
language sql
set search_path = ''
as $$
    insert into jira_sync.rate_limits as r (scope, rate)
    select 'site', site_rate
    union all
    select 'endpoint:' || e.key, e.value::double precision from jsonb_each_text(endpoints) as e
    on conflict (scope) do update set rate = excluded.rate
    where r.rate is distinct from excluded.rate;
    update jira_sync.rate_limits as r set rate = null
    where r.scope like 'endpoint:%' and r.rate is not null and not (endpoints ? substr(r.scope, 10));
$$;
comment on function jira_sync.set_limits(double precision, jsonb) is
'Sets the ceilings: calls a second for the site (null for none), and by endpoint, such as {"POST /issue": 2}.';

-- ---------------------------------------------------------------------------------------------------------
-- The circuit
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.circuit_trouble(
    me uuid, called text, credentials text, cause text, reason text, remedy text
)
returns text
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.circuit_trouble(uuid, text, text, text, text, text) is
'A worker cannot call JIRA at all: opens the circuit for everybody (opened), finds it open (open), or is alone with it.';

create function jira_sync.circuit_turn(me uuid)
returns table (state text, mine boolean, wait double precision, reason text, closed_credentials text)
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.circuit_turn(uuid) is
'How the circuit stands, whether it is this worker''s turn to probe, and else in how many seconds somebody''s is.';

create function jira_sync.circuit_probe_failed(me uuid, reason text)
returns void
language sql
set search_path = ''
as $$
    update jira_sync.circuit as c
    set
        state = 'open', prober = null, probes = c.probes + 1, reason = left(circuit_probe_failed.reason, 2000),
        next_probe_at = clock_timestamp()
            + interval '1 second' * least(30, power(2, least(c.probes + 1, 10))) * (0.7 + 0.3 * random())
    where c.prober = me and c.state = 'half_open';
$$;
comment on function jira_sync.circuit_probe_failed(uuid, text) is
'The probe got no further: the next one comes after 2, 4, 8, 16, 30 s, a little varied.';

create function jira_sync.circuit_passed(me uuid, called text, credentials text)
returns boolean
language plpgsql
set search_path = ''
as $$
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
comment on function jira_sync.circuit_passed(uuid, text, text) is
'JIRA believed a worker: closes the circuit for everybody; returns whether it had been open.';

-- ---------------------------------------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.rate_limits enable row level security;
alter table jira_sync.circuit enable row level security;
alter table jira_sync.jira_sessions enable row level security;
revoke execute on all functions in schema jira_sync from public;

do $$
declare
    grantee text;
    relation text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant execute on all functions in schema jira_sync to %I', grantee);
            foreach relation in array array['rate_limits', 'circuit', 'jira_sessions'] loop
                execute format('grant select, insert, update, delete on jira_sync.%I to %I', relation, grantee);
                execute format(
                    'create policy %I on jira_sync.%I for all to %I using (true) with check (true)',
                    grantee, relation, grantee
                );
            end loop;
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124020001', 'jira_site')
on conflict (version) do nothing;
