-- The JIRA site: the rate limiter and the circuit.

create or replace function jira_sync.take_send_slots(
    endpoints text[], issues text[], patience double precision, probes boolean default false
)
returns table (place integer, wait double precision, blocked_scope text, blocked_reason text, generation bigint)
language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
declare
    site jira_sync.rate_limits; own jira_sync.rate_limits; stopped jira_sync.rate_limits;
    begun timestamptz; slot timestamptz;
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
    -- After the lock was granted, so that the slots are given in the order of the lock.
    begun := clock_timestamp();
    for i in 1..cardinality(endpoints) loop
        place := i;
        generation := site.generation; blocked_scope := null; blocked_reason := null;
        select * into stopped from jira_sync.rate_limits as r
        where r.scope in ('site', 'endpoint:' || endpoints[i], 'issue:' || issues[i]) and r.blocked_until > begun
        order by r.blocked_until desc limit 1;
        if found then
            wait := extract(epoch from stopped.blocked_until - begun);
            blocked_scope := stopped.scope; blocked_reason := stopped.reason;
            return next;
            continue;
        end if;
        slot := greatest(begun, site.next_at);
        select * into own from jira_sync.rate_limits as r
        where r.scope = 'endpoint:' || endpoints[i] and r.rate is not null;
        if found then
            slot := greatest(slot, own.next_at);
        end if;
        wait := extract(epoch from slot - begun);
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
    set next_at = site.next_at,
        calls_today = given + case when r.day = (begun at time zone 'UTC')::date then r.calls_today else 0 end,
        day = (begun at time zone 'UTC')::date
    where r.scope = 'site' and given > 0;
end;
$$;
comment on function jira_sync.take_send_slots(text[], text[], double precision, boolean) is
'Gives each call its send slot, in seconds from now, or says what prevents it: a limit, or the circuit.';

create or replace function jira_sync.send_obstacle(endpoint text, issue text, since_generation bigint, probes boolean default false)
returns table (wait double precision, blocked_scope text, blocked_reason text) language sql stable
set search_path = pg_catalog, pg_temp as $$
    select 1::double precision, 'circuit', c.reason
    from jira_sync.circuit as c where c.state <> 'closed' and not send_obstacle.probes
    union all
    (
        select extract(epoch from r.blocked_until - clock_timestamp())::double precision, r.scope, r.reason
        from jira_sync.rate_limits as r
        where r.scope in ('site', 'endpoint:' || send_obstacle.endpoint, 'issue:' || send_obstacle.issue)
            and r.blocked_until > clock_timestamp()
        order by r.blocked_until desc limit 1
    )
    union all
    -- Blocked and free again since: the send slots from before are void.
    select 0::double precision, 'anew', null from jira_sync.rate_limits as r
    where r.scope = 'site' and r.generation <> send_obstacle.since_generation limit 1;
$$;
comment on function jira_sync.send_obstacle(text, text, bigint, boolean) is
'What prevents a call since it was given its send slot; no row where nothing does.';

create or replace function jira_sync.record_limit(limited text, seconds double precision, said text)
returns double precision language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known jira_sync.rate_limits; ends timestamptz;
begin
    insert into jira_sync.rate_limits (scope) values (limited) on conflict (scope) do nothing;
    select * into known from jira_sync.rate_limits as r where r.scope = limited for update;
    -- Calls that were in flight when the first was refused are refused too; they do not count again.
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
    set blocked_until = greatest(r.blocked_until, ends),
        -- The send slots that were given are void, so the first one after the block is free again.
        next_at = case when r.scope = 'site' then '-infinity' else r.next_at end,
        reason = left(said, 500), strikes = known.strikes, generation = known.generation, refusals = r.refusals + 1
    where r.scope = limited
    returning r.blocked_until into ends;
    -- Issues are many, and their limits short.
    delete from jira_sync.rate_limits as r
    where r.scope like 'issue:%' and r.blocked_until < clock_timestamp() - interval '1 hour';
    return extract(epoch from ends - clock_timestamp());
end;
$$;
comment on function jira_sync.record_limit(text, double precision, text) is
'JIRA said that a scope is limited, for some seconds or for an unknown time (null); returns for how long nothing is sent.';

create or replace function jira_sync.set_limits(site_rate double precision, endpoints jsonb default '{}')
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
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

create or replace function jira_sync.report_circuit_failure(
    me uuid, called text, credentials text, cause text, reason text, remedy text
)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known jira_sync.circuit; unproven boolean;
begin
    select * into known from jira_sync.circuit for update;
    unproven := not exists (
        select from jira_sync.jira_sessions as s
        where s.worker = me and s.verified_at is not null and s.closed_reason is null
    );
    insert into jira_sync.jira_sessions as s (worker, name, credentials, closed_reason)
    values (me, called, report_circuit_failure.credentials, report_circuit_failure.reason)
    on conflict (worker) do update
    set closed_reason = excluded.closed_reason, seen_at = clock_timestamp();
    if known.state <> 'closed' then
        return 'open';
    end if;
    -- A worker that never reached JIRA, or whose credentials differ from those of workers that do, is alone with its trouble:
    -- one wrong configuration must not stop the others, nor open and close the circuit in turn with them.
    if exists (
        select from jira_sync.jira_sessions as s
        inner join jira_sync.workers as w on w.incarnation = s.worker
        where s.worker <> me and s.verified_at is not null and s.closed_reason is null
            and w.seen_at + greatest(w.lease, interval '15 seconds') > clock_timestamp()
            and (unproven or (report_circuit_failure.cause <> 'unreachable'
                and s.credentials <> report_circuit_failure.credentials))
    ) then
        return 'alone';
    end if;
    update jira_sync.circuit as c
    set state = 'open', cause = report_circuit_failure.cause, reason = left(report_circuit_failure.reason, 2000),
        since = clock_timestamp(), opened_by = called, opened_count = c.opened_count + 1, probes = 0, prober = null,
        next_probe_at = clock_timestamp() + interval '1 second' * (0.7 + 0.3 * random());
    perform jira_sync.emit(
        'circuit_opened', 'error', 'circuit', coalesce((select s.base_url from jira_sync.site as s), 'JIRA'),
        report_circuit_failure.reason, report_circuit_failure.remedy
    );
    perform pg_notify('jira_sync', 'circuit');
    return 'opened';
end;
$$;
comment on function jira_sync.report_circuit_failure(uuid, text, text, text, text, text) is
'A worker cannot call JIRA at all: opens the circuit for the fleet (opened), finds it open (open), or is the only one (alone).';

create or replace function jira_sync.take_probe(me uuid)
returns table (state text, mine boolean, wait double precision, reason text, closed_credentials text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known jira_sync.circuit;
begin
    select * into known from jira_sync.circuit for update;
    state := known.state; reason := known.reason; closed_credentials := known.closed_credentials;
    -- A probe without a result for half a minute was lost: then next_probe_at has passed too.
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
comment on function jira_sync.take_probe(uuid) is
'The state of the circuit, whether this worker is to probe now, and else in how many seconds the next probe is due.';

create or replace function jira_sync.circuit_probe_failed(me uuid, reason text)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    update jira_sync.circuit as c
    set state = 'open', prober = null, probes = c.probes + 1, reason = left(circuit_probe_failed.reason, 2000),
        next_probe_at = clock_timestamp()
            + interval '1 second' * least(30, power(2, least(c.probes + 1, 10))) * (0.7 + 0.3 * random())
    where c.prober = me and c.state = 'half_open';
$$;
comment on function jira_sync.circuit_probe_failed(uuid, text) is
'The probe got no further: the next one comes after 2, 4, 8, 16, 30 s, a little varied.';

create or replace function jira_sync.close_circuit(me uuid, called text, credentials text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known jira_sync.circuit;
begin
    select * into known from jira_sync.circuit for update;
    insert into jira_sync.jira_sessions as s (worker, name, credentials, verified_at)
    values (me, called, close_circuit.credentials, clock_timestamp())
    on conflict (worker) do update
    set credentials = excluded.credentials, verified_at = excluded.verified_at, closed_reason = null,
        seen_at = clock_timestamp();
    delete from jira_sync.jira_sessions as s where s.seen_at < clock_timestamp() - interval '10 minutes'
        and not exists (select from jira_sync.workers as w where w.incarnation = s.worker);
    if known.state = 'closed' then
        return false;
    end if;
    update jira_sync.circuit as c
    set state = 'closed', since = clock_timestamp(), prober = null, next_probe_at = null,
        closed_credentials = close_circuit.credentials;
    perform jira_sync.resolve_event(
        'circuit_closed', 'circuit',
        format('JIRA answers again, after %s s', round(extract(epoch from clock_timestamp() - known.since)))
    );
    perform pg_notify('jira_sync', 'circuit');
    return true;
end;
$$;
comment on function jira_sync.close_circuit(uuid, text, text) is
'JIRA accepted the credentials of a worker: closes the circuit for the fleet; returns whether it had been open.';
