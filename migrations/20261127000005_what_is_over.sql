-- What is over, and what somebody can do about a row whose issue is gone.

-- A sweep tells of an issue that is gone by itself, and no edit of the row brings it back.
create or replace function jira_sync.links_error_changed()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    begin
        if new.last_error is not null and new.state not in ('issue_gone', 'unlinked') then
            perform jira_sync.emit(
                kind => 'row_refused', severity => 'warning',
                fingerprint => jira_sync.row_cause(new.last_error),
                subject => new.file_path, message => new.last_error,
                remedy => case
                    when new.last_error like '%select jira_sync.unpark(%' then
                        'The rest of the row goes on.'
                    else 'Edit the row or the mapping; it is tried again then.'
                end || ' All of them: select file_path, last_error from jira_sync.links where last_error is not null',
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

create or replace function jira_sync.resolve_gone()
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
        elsif gone.fingerprint like 'issue_gone:%' and not exists (
            select from jira_sync.links as l
            where l.id = substring(gone.fingerprint from '^issue_gone:([0-9]+)$')::bigint
                and l.state in ('issue_gone', 'unlinked') and l.last_error is not null
        ) then
            perform jira_sync.resolve_event(
                'row_refused', gone.fingerprint, 'The issue is there again, or somebody unlinked the row or linked '
                || 'it with another.'
            );
        elsif gone.fingerprint like 'row\_refused:%' and not exists (
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

-- A row that is loaded again keeps what a person said of it, and an issue that is gone stays gone.
alter table jira_sync.links add column ended_as text
constraint links_ended_as_known check (ended_as in ('unlinked', 'issue_gone'));
comment on column jira_sync.links.ended_as is
'What the link of a row that is gone was before: unlinked or issue_gone, and is again if the row comes back; or null.';

-- A row that gets another id and another path at once is found again by its new path.
create or replace function jira_sync.file_audit_renumbered()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    if old.file_path is distinct from new.file_path then
        update jira_sync.links as l set file_path = new.file_path
        where l.file_audit_id = old.id and l.state <> 'row_gone';
    end if;
    insert into jira_sync.jobs (kind, file_audit_id, priority, args)
    select 'push', old.id, 1, jsonb_build_object('deleted', to_jsonb(old))
    where old.has_technical_debt or exists (
        select from jira_sync.links as l where l.file_audit_id = old.id and l.state <> 'row_gone'
    );
    insert into jira_sync.jobs (kind, file_audit_id)
    select 'push', new.id
    where new.has_technical_debt or old.has_technical_debt or exists (
        select from jira_sync.links as l where l.file_audit_id = old.id and l.state <> 'row_gone'
    );
    return null;
end;
$$;

-- After a crash other work goes on between the jobs that have to run alone.
alter table jira_sync.workers add column took_suspect boolean not null default false;
comment on column jira_sync.workers.took_suspect is
'Whether its last claim took a job that has to run alone; the next one takes what else is due.';

create or replace function jira_sync.claim(
    claimer uuid, claimed_kinds text[], job_limit integer, holds_nothing boolean,
    lowest_first boolean default false, look_back interval default null, is_seen boolean default false
)
returns setof jira_sync.jobs
language plpgsql
set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
-- Whatever the statistics say, which are of a moment when nothing waited and nothing ran: in the order of the index,
-- never by collecting and sorting what waits, reading a full table, or comparing each job with each that runs.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_material = off
as $$
declare
    moment timestamptz := clock_timestamp();
    earliest timestamptz := coalesce(clock_timestamp() - look_back, '-infinity');
    levels integer[];
    level integer;
    ids bigint[] := '{}';
    keys text[] := '{}';
    more_ids bigint[];
    more_keys text[];
    alone boolean;
    crowded boolean;
    keyless bigint[] := '{}';
    chosen integer;
    has_suspects boolean := false;
    has_leased boolean;
    spared_ids bigint[] := '{}';
    spared_keys text[] := '{}';
begin
    -- 0. Nothing is claimed while paused.
    if exists (select from jira_sync.control as c where c.paused_at is not null) then
        return;
    end if;

    -- 1. A job that was running in a crash runs alone: a worker with empty hands takes just it. One that waits
    --    for five seconds makes busy workers finish what they hold first. Here as below a key has one claimer: who does
    --    not get the lock leaves the key to the one that has it.
    select array_agg(s.id), array_agg(s.key) into ids, keys
    from (
        select j.id, j.key
        from jira_sync.jobs as j
        where j.state = 'ready' and j.crashes > 0
            and j.run_at <= moment - case when holds_nothing then interval '0' else interval '5 s' end
            and j.kind = any(claimed_kinds)
            and (
                select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = j.key limit 1
            ) is null
        order by j.run_at
        limit 1
        for update skip locked
    ) as s
    where s.key is null or pg_try_advisory_xact_lock(1784835698, hashtext(s.key));
    alone := ids is not null;
    --    Of what one crash has left there may be hundreds, and each takes a worker to itself: so they take turns with what
    --    else is due, in one worker of the fleet at a time.
    if alone and (
        select j.id from jira_sync.jobs as j
        where j.state = 'ready' and j.priority = 0 and j.run_at <= moment and j.run_at >= earliest
            and j.crashes = 0 and j.kind = any(claimed_kinds)
        limit 1
    ) is not null then
        alone := (
            select r.id from jira_sync.jobs as r where r.state = 'running' and r.crashes > 0 limit 1
        ) is null and not (
            holds_nothing
            and coalesce((select w.took_suspect from jira_sync.workers as w where w.incarnation = claimer), false)
        );
        if holds_nothing and not alone then
            spared_ids := ids;
            spared_keys := keys;
        end if;
    end if;
    if alone and not holds_nothing then
        return;
    end if;
    if ids is not null then
        update jira_sync.workers as w set took_suspect = alone
        where w.incarnation = claimer and w.took_suspect <> alone;
    end if;

    -- 2. Else whatever is due, the most urgent first, level by level, so that rows of the future are never read.
    --    `lowest_first` turns the order round now and then: nothing starves. Of priority 0 only what fell due within
    --    `look_back` is read: what came before was dealt with, as the claimer knows.
    if not alone then
        levels := array(
            with recursive ranks (priority) as (
                (
                    select j.priority from jira_sync.jobs as j
                    where j.state = 'ready' and j.priority <> 0 order by j.priority desc limit 1
                )
                union all
                select (
                    select j.priority from jira_sync.jobs as j
                    where j.state = 'ready' and j.priority <> 0 and j.priority < r.priority
                    order by j.priority desc limit 1
                )
                from ranks as r where r.priority is not null
            )
            select r.priority from ranks as r where r.priority is not null
            union all
            select 0
            order by 1 desc
        );
    end if;
    -- Nearly always no key of what is due runs already, and then that need not be asked twice of each. Where one does, the
    -- choice is made once more, passing over those that do, and over keys with a job that has to run alone: two hundred of
    -- them would hide all that waits behind.
    for pass in 1..2 loop
        if not alone then
            ids := '{}';
            keys := '{}';
            for place in 1..cardinality(levels) loop
                level := levels[case when lowest_first then cardinality(levels) + 1 - place else place end];
                if level = 0 then
                    select array_agg(s.id), array_agg(s.key) into more_ids, more_keys
                    from (
                        select j.id, j.key from jira_sync.jobs as j
                        where j.state = 'ready' and j.priority = 0
                            and j.run_at <= moment and j.run_at >= earliest
                            and j.crashes = 0 and j.kind = any(claimed_kinds)
                            and (
                                pass = 1
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'running' and r.key = j.key limit 1
                                ) is null
                            )
                            and (
                                not has_suspects
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'ready' and r.key = j.key and r.crashes > 0 limit 1
                                ) is null
                            )
                        order by j.run_at, j.id
                        limit job_limit - cardinality(ids)
                        for update skip locked
                    ) as s
                    where s.key is null or pg_try_advisory_xact_lock(1784835698, hashtext(s.key));
                else
                    select array_agg(s.id), array_agg(s.key) into more_ids, more_keys
                    from (
                        select j.id, j.key from jira_sync.jobs as j
                        where j.state = 'ready' and j.priority <> 0 and j.priority = level
                            and j.run_at <= moment
                            and j.crashes = 0 and j.kind = any(claimed_kinds)
                            and (
                                pass = 1
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'running' and r.key = j.key limit 1
                                ) is null
                            )
                            and (
                                not has_suspects
                                or (
                                    select r.id from jira_sync.jobs as r
                                    where r.state = 'ready' and r.key = j.key and r.crashes > 0 limit 1
                                ) is null
                            )
                        order by j.run_at, j.id
                        limit job_limit - cardinality(ids)
                        for update skip locked
                    ) as s
                    where s.key is null or pg_try_advisory_xact_lock(1784835698, hashtext(s.key));
                end if;
                ids := ids || coalesce(more_ids, '{}');
                keys := keys || coalesce(more_keys, '{}');
                exit when cardinality(ids) >= job_limit;
            end loop;
        end if;
        if cardinality(ids) = 0 and cardinality(spared_ids) > 0 then
            -- What else is due cannot be had: it is locked, or of a key with a job that has to run alone.
            alone := true;
            ids := spared_ids;
            keys := spared_keys;
            update jira_sync.workers as w set took_suspect = true where w.incarnation = claimer;
        end if;
        if cardinality(ids) = 0 then
            return;
        end if;

        -- 3. A new snapshot, taken after the locks on the keys: what was claimed by somebody else meanwhile shows now. A
        --    key with a job that has to run alone is not taken along with others.
        keyless := '{}';
        if array_position(keys, null) is not null then
            keyless := array(select u.id from unnest(ids, keys) as u (id, key) where u.key is null);
        end if;
        chosen := cardinality(ids) - cardinality(keyless);
        --    Whether anything waits beside the chosen job is asked, not how much does; and whether a job has to run alone
        --    is asked for a key only where there is such a job at all.
        select
            coalesce(array_agg(k.id), '{}'), coalesce(array_agg(k.key), '{}'), coalesce(bool_or(k.other is not null), false)
        into ids, keys, crowded
        from (
            select
                u.id,
                u.key,
                (
                    select j.id from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = u.key and j.id <> u.id limit 1
                ) as other
            from unnest(ids, keys) as u (id, key)
            where u.key is not null
                and (
                    select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = u.key limit 1
                ) is null
                and (
                    alone
                    or not exists (select from jira_sync.jobs as j where j.state = 'ready' and j.crashes > 0)
                    or (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = u.key and j.crashes > 0 limit 1
                    ) is null
                )
        ) as k;
        exit when alone or cardinality(ids) = chosen;
        has_suspects := exists (select from jira_sync.jobs as j where j.state = 'ready' and j.crashes > 0);
    end loop;

    -- 4. Nearly always each key has just the job that was chosen, and nothing is to be merged.
    if not crowded then
        return query
        update jira_sync.jobs as j
        set
            state = 'running',
            worker = claimer,
            token = nextval('jira_sync.lease_tokens'),
            started_at = clock_timestamp(),
            attempt = j.attempt + 1
        where j.id = any(ids || keyless)
        returning j.*;
        has_leased := found;
    else
        -- 5. Else the oldest row of each key survives and covers the others. A row that somebody has locked (a change not
        --    yet committed relies on it) is left alone: it runs afterwards.
        return query
        with locked as materialized (
            select j.* from jira_sync.jobs as j
            where j.state = 'ready' and j.key = any(keys)
                -- Of what is not about a row only the same is merged: a poll of a day does not cover one of a month, nor does
                -- the rest of a run through all rows cover a new one.
                and (
                    j.kind not in ('poll', 'full_sync', 'sweep', 'report')
                    or j.args = (
                        select o.args from jira_sync.jobs as o
                        where o.id = any(ids) and o.key = j.key order by o.id limit 1
                    )
                )
            for update skip locked
        ),
        merged as (
            select
                min(l.id) as id,
                case when count(distinct l.kind) = 1 then min(l.kind) else 'sync' end as kind,
                max(l.priority) as priority,
                min(l.attempt) as attempt,
                max(l.crashes) as crashes,
                max(l.max_attempts) as max_attempts,
                min(l.created_at) as created_at,
                array_agg(l.id) as ids
            from locked as l
            group by l.key
        ),
        covered as (
            delete from jira_sync.jobs as j
            using merged as m
            where cardinality(m.ids) > 1 and j.id = any(m.ids) and j.id <> m.id
        ),
        chosen as (
            select
                m.id, m.kind, m.priority, m.attempt, m.crashes, m.max_attempts, m.created_at, m.ids
            from merged as m
            union all
            select
                j.id, j.kind, j.priority, j.attempt, j.crashes, j.max_attempts, j.created_at, null
            from jira_sync.jobs as j
            where j.id = any(keyless)
        )
        update jira_sync.jobs as j
        set
            state = 'running',
            worker = claimer,
            token = nextval('jira_sync.lease_tokens'),
            started_at = clock_timestamp(),
            attempt = c.attempt + 1,
            kind = c.kind,
            priority = c.priority,
            crashes = c.crashes,
            max_attempts = c.max_attempts,
            created_at = c.created_at,
            merged = case
                when cardinality(c.ids) > 1 then array(
                    select distinct l.id from (
                        select unnest(c.ids) as id
                        union all
                        select unnest(o.merged) from locked as o where o.id = any(c.ids)
                    ) as l
                    where l.id <> c.id
                    order by l.id
                )
                else j.merged
            end,
            -- The union; where two name the same member the older one wins, since it saw the state of before.
            args = case
                when cardinality(c.ids) > 1 then coalesce((
                    select jsonb_object_agg(a.name, a.value order by o.id desc)
                    from locked as o cross join lateral jsonb_each(o.args) as a (name, value)
                    where o.id = any(c.ids)
                ), '{}')
                else j.args
            end
        from chosen as c
        where j.id = c.id
        returning j.*;
        has_leased := found;
    end if;

    -- 6. Who has work is seen, and is not asleep: who got nothing sleeps on, and would not be woken any more. Leases of a worker
    --    that nobody knows would end at once. Whoever did this a moment ago says so: while an old transaction holds up vacuum
    --    all versions of its row stay, and each claim would walk over them.
    if has_leased and not is_seen then
        update jira_sync.workers as w
        set
            seen_at = clock_timestamp(),
            in_touch_since = case
                when w.seen_at + w.lease < clock_timestamp() then clock_timestamp()
                else w.in_touch_since
            end,
            asleep = false
        where w.incarnation = claimer;
        if not found then
            raise exception 'worker % is not registered', claimer using
                errcode = 'object_not_in_prerequisite_state',
                hint = 'Call jira_sync.register() first.';
        end if;
    end if;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261127000005', 'what_is_over') on conflict do nothing;
