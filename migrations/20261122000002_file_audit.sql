-- What ties the queue to public.file_audit and to JIRA: the table itself where it does not exist, the links,
-- what was written and what was disputed, and the triggers that enqueue.

create table if not exists public.file_audit (
    id serial primary key,
    file_number varchar(4) unique not null,
    file_path varchar(255) unique not null,
    file_name varchar(100) not null,
    layer_number integer not null,
    layer_name varchar(50) not null,
    status varchar(20) not null,
    workflows varchar[] not null,
    has_technical_debt boolean default false,
    technical_debt text,
    jira_tickets varchar[],
    audit_status varchar(20) default 'NOT_STARTED',
    audit_date timestamp,
    audited_by varchar(100),
    notes text,
    created_at timestamp default now(),
    updated_at timestamp default now()
);

-- The indexes are for a table that was made just now: one that was there keeps those it has.
do $$
begin
    if not exists (
        select from pg_catalog.pg_index as i
        where i.indrelid = 'public.file_audit'::regclass
            and not i.indisunique
    ) and not exists (select from public.file_audit) then
        create index if not exists idx_file_audit_layer_number on public.file_audit (layer_number);
        create index if not exists idx_file_audit_audit_status on public.file_audit (audit_status);
        create index if not exists idx_file_audit_has_technical_debt on public.file_audit (has_technical_debt);
    end if;
exception
    when insufficient_privilege or undefined_column then
        null; -- somebody else's table, or one with other columns: it is left as it is
end;
$$;

create table jira_sync.links (
    id bigint generated always as identity primary key,
    file_audit_id bigint not null,
    file_path text not null,
    issue_id text,
    issue_key text,
    marker uuid,
    state text not null default 'creating',
    last_error text,
    issue_updated timestamptz,
    synced_at timestamptz,
    base jsonb,
    base_raw jsonb,
    write_token bigint,
    attempted_at timestamptz,
    looks integer not null default 0,
    created_at timestamptz not null default now(),
    constraint links_state_known check (
        state in ('creating', 'create_unknown', 'linked', 'unlinked', 'issue_gone', 'row_gone')
    ),
    constraint links_linked_names_its_issue check (
        state <> 'linked' or (issue_id is not null and issue_key is not null)
    ),
    constraint links_unknown_has_its_marker check (state <> 'create_unknown' or marker is not null),
    constraint links_looks_not_negative check (looks >= 0)
);
-- One link a row; those of rows that were deleted stay for the record.
create unique index links_row on jira_sync.links (file_audit_id) where state <> 'row_gone';
create unique index links_issue on jira_sync.links (issue_id);
create unique index links_marker on jira_sync.links (marker);
create index links_path on jira_sync.links (file_path);
comment on table jira_sync.links is 'Which row belongs to which issue, and on what both sides last agreed.';
comment on column jira_sync.links.file_path is 'The path when row and link last met; tells a row from one that took its id.';
comment on column jira_sync.links.issue_id is 'The id, which stays when the issue moves; the key may change.';
comment on column jira_sync.links.marker is
'Sent with the creation as label and property, so that an issue whose creation went unanswered is found.';
comment on column jira_sync.links.state is
'creating (begun, or refused with last_error), create_unknown (JIRA may or may not have made it; being looked '
'for), linked, unlinked (a person said so: never made again), issue_gone, row_gone.';
comment on column jira_sync.links.last_error is 'What stands in the way, naming column and field; null where nothing does.';
comment on column jira_sync.links.issue_updated is 'The issue''s `updated` when it was last read.';
comment on column jira_sync.links.synced_at is 'When row and issue were last found or made equal.';
comment on column jira_sync.links.base is 'Per field, the values on which both sides last agreed.';
comment on column jira_sync.links.base_raw is 'Per column, the value of the row at that time.';
comment on column jira_sync.links.write_token is
'The fencing token in the issue''s property when it was last read: another one there is a write of ours that '
'was never recorded.';
comment on column jira_sync.links.attempted_at is 'When a creation was last sent.';
comment on column jira_sync.links.looks is 'How often a creation without an answer was looked for.';

create table jira_sync.conflicts (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    file_audit_id bigint not null,
    issue_key text,
    field text not null,
    columns text[] not null,
    base jsonb,
    row_value jsonb,
    issue_value jsonb,
    policy text not null,
    winner text not null,
    job_id bigint,
    resolved_at timestamptz,
    resolved_by text,
    constraint conflicts_policy_known check (policy in ('row_wins', 'jira_wins', 'manual')),
    constraint conflicts_winner_known check (winner in ('row', 'jira', 'nobody'))
);
create index conflicts_row on jira_sync.conflicts (file_audit_id, at);
create index conflicts_open on jira_sync.conflicts (at) where winner = 'nobody' and resolved_at is null;
comment on table jira_sync.conflicts is
'Both sides changed the same field: what each said, and which one won.';
comment on column jira_sync.conflicts.winner is 'row, jira, or nobody while a person has to decide.';

create table jira_sync.changes (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    file_audit_id bigint not null,
    issue_key text,
    side text not null,
    field text not null,
    old_value jsonb,
    new_value jsonb,
    job_id bigint,
    worker uuid,
    constraint changes_side_known check (side in ('row', 'jira'))
);
create index changes_row on jira_sync.changes (file_audit_id, at);
comment on table jira_sync.changes is 'Every value that was written, on either side.';
comment on column jira_sync.changes.side is 'The side that was written: row or jira.';

create table jira_sync.site (
    singleton boolean primary key default true check (singleton),
    base_url text not null,
    project_key text not null,
    deployment text not null check (deployment in ('cloud', 'server')),
    mapping jsonb not null default '{}',
    watched_columns text[] not null default '{}',
    bound_at timestamptz not null default now()
);
comment on table jira_sync.site is
'One row: the JIRA site and project that the links lead to. Issue ids of one site are strangers'' on another.';
comment on column jira_sync.site.mapping is 'The mapping as it was resolved against the site.';
comment on column jira_sync.site.watched_columns is 'Columns whose change enqueues a job.';

-- ---------------------------------------------------------------------------------------------------------
-- Triggers
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.missing_columns()
returns text[]
language sql stable
set search_path = ''
as $$
    select coalesce(array_agg(e.name order by e.place), '{}')
    from unnest(array[
        'id', 'file_number', 'file_path', 'file_name', 'layer_number', 'layer_name', 'status', 'workflows',
        'has_technical_debt', 'technical_debt', 'jira_tickets', 'audit_status', 'audit_date', 'audited_by',
        'notes'
    ]) with ordinality as e (name, place)
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass('public.file_audit') and a.attname = e.name and not a.attisdropped
    );
$$;
comment on function jira_sync.missing_columns() is 'Columns of file_audit that the design names and the table lacks.';

create function jira_sync.file_audit_inserted()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    insert into jira_sync.jobs (kind, file_audit_id)
    select 'push', n.id from new_rows as n where n.has_technical_debt;
    return null;
end;
$$;
comment on function jira_sync.file_audit_inserted() is 'Trigger: new rows with debt want an issue.';

create function jira_sync.file_audit_deleted()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    -- The last values travel with the job, since nothing else will know them. A row with debt may have an issue
    -- on its way that this transaction cannot see yet.
    insert into jira_sync.jobs (kind, file_audit_id, priority, args)
    select 'push', o.id, 1, jsonb_build_object('deleted', to_jsonb(o))
    from old_rows as o
    where o.has_technical_debt
        or exists (
            select from jira_sync.links as l where l.file_audit_id = o.id and l.state <> 'row_gone'
        );
    return null;
end;
$$;
comment on function jira_sync.file_audit_deleted() is 'Trigger: rows with an issue are gone.';

create function jira_sync.file_audit_truncated()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    -- BEFORE TRUNCATE, since afterwards nobody knows what the rows held.
    insert into jira_sync.jobs (kind, file_audit_id, priority, args)
    select 'push', o.id, 1, jsonb_build_object('deleted', to_jsonb(o))
    from public.file_audit as o
    where o.has_technical_debt
        or exists (
            select from jira_sync.links as l where l.file_audit_id = o.id and l.state <> 'row_gone'
        );
    return null;
end;
$$;
comment on function jira_sync.file_audit_truncated() is 'Trigger: all rows are gone.';

create function jira_sync.watch(watched text[])
returns text[]
language plpgsql security definer
set search_path = ''
as $$
declare
    present text[];
    new_list text;
    old_list text;
    echo text;
begin
    select
        array_agg(a.attname::text order by a.attnum),
        string_agg(format('n.%I', a.attname), ', ' order by a.attnum),
        string_agg(format('o.%I', a.attname), ', ' order by a.attnum),
        string_agg(format('%L, n.%I', a.attname, a.attname), ', ' order by a.attnum)
    into present, new_list, old_list, echo
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'public.file_audit'::regclass and a.attnum > 0 and not a.attisdropped
        and a.attname = any(watched);
    -- Workers of a fleet start together, and a function is replaced by one of them at a time.
    perform pg_advisory_xact_lock(1784835698, 0);
    if present is null then
        raise exception 'none of the columns % exists in public.file_audit', watched using
            errcode = 'undefined_column',
            hint = 'Compare the columns of the mapping with those of the table.';
    end if;

    -- The list of columns is written into the function: comparing through jsonb would cost every UPDATE dear.
    -- Without jit = off the planner compiles the comparison for 0.6 s before it looks at the first of 10,000 rows. Without
    -- the generic plan it plans anew for each single row, which is cheaper than ten by its reckoning, and takes 0.1 ms.
    execute format($function$
        create or replace function jira_sync.file_audit_updated()
        returns trigger
        language plpgsql security definer
        set search_path = '' set jit = off set enable_seqscan = off set plan_cache_mode = force_generic_plan
        as $body$
        declare
            ids bigint[];
            missing bigint[];
        begin
            -- A job only where a mapped column really changed and the row has, had or should have an issue.
            ids := array(
                select n.id
                from new_rows as n
                inner join old_rows as o on o.id = n.id
                where (%1$s) is distinct from (%2$s)
                    and (
                        n.has_technical_debt or o.has_technical_debt
                        or exists (
                            select from jira_sync.links as l
                            where l.file_audit_id = n.id and l.state <> 'row_gone'
                        )
                    )
            );
            if cardinality(ids) = 0 then
                return null;
            end if;

            -- What a worker writes, and says so, equals the base and is no news.
            if coalesce(current_setting('jira_sync.writer', true), '') <> '' then
                ids := array(
                    select n.id
                    from new_rows as n
                    where n.id = any(ids)
                        and not exists (
                            select from jira_sync.links as l
                            where l.file_audit_id = n.id and l.base_raw @> jsonb_build_object(%3$s)
                        )
                );
            end if;

            if current_setting('transaction_isolation') = 'read committed' then
                -- A job that waits already covers the change, provided that nobody claims it before this commits: so
                -- it is locked, and one that is locked already is not waited for. One look by key for each row: as a
                -- join, a plan made when the queue was short read all that waits for each single row, 0.5 ms at 1,000.
                -- The sums keep the planner from the index of what is due, which is as long.
                missing := array(
                    select u.id
                    from unnest(ids) as u (id)
                    left join lateral (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = 'row:' || u.id
                            and j.kind in ('push', 'sync') and j.attempt = 0 and j.priority + 0 >= 0
                            and j.run_at + interval '0' <= clock_timestamp()
                        limit 1
                        for key share skip locked
                    ) as w on true
                    where w.id is null
                );
                if cardinality(missing) > 0 then
                    insert into jira_sync.jobs (kind, file_audit_id)
                    select 'push', u.id from unnest(missing) as u (id);
                end if;
                -- A worker that looked meanwhile found that job locked, and went to sleep.
                if cardinality(missing) < cardinality(ids) then
                    perform jira_sync.wake();
                end if;
            elsif current_setting('transaction_isolation') = 'serializable' then
                -- Here even reading the queue would make the statements of neighbours fail, so nothing is looked up.
                insert into jira_sync.jobs (kind, file_audit_id)
                select 'push', u.id from unnest(ids) as u (id);
            else
                -- Locking a row that is newer than the snapshot would make the application's statement fail, so here
                -- only jobs of this very transaction count.
                insert into jira_sync.jobs (kind, file_audit_id)
                select 'push', u.id from unnest(ids) as u (id)
                where not exists (
                    select from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = 'row:' || u.id and j.kind in ('push', 'sync')
                        and j.attempt = 0 and j.xmin = pg_current_xact_id()::xid
                );
            end if;
            return null;
        end;
        $body$;
    $function$, new_list, old_list, echo);
    revoke execute on function jira_sync.file_audit_updated() from public;
    comment on function jira_sync.file_audit_updated() is
    'Trigger, written by watch(): a mapped column of a row with an issue changed.';

    if not exists (
        select from pg_catalog.pg_trigger as t
        where t.tgrelid = 'public.file_audit'::regclass and t.tgname = 'jira_sync_updated'
    ) then
        create trigger jira_sync_updated after update on public.file_audit
        referencing old table as old_rows new table as new_rows
        for each statement execute function jira_sync.file_audit_updated();
    end if;
    update jira_sync.site set watched_columns = present where watched_columns is distinct from present;
    return present;
end;
$$;
comment on function jira_sync.watch(text[]) is
'Makes the trigger on file_audit compare these columns; returns those that the table has.';

do $$
declare
    missing text[] := jira_sync.missing_columns();
begin
    if missing && array['id', 'file_path', 'has_technical_debt'] then
        raise exception 'public.file_audit exists but lacks %', array_to_string(missing, ', ') using
            errcode = 'undefined_column',
            hint = 'The table is left as it is. Add id, file_path and has_technical_debt, then migrate again.';
    end if;
    if cardinality(missing) > 0 then
        raise warning 'public.file_audit exists and is left as it is; it lacks %', array_to_string(missing, ', ')
        using hint = 'What is mapped to these columns will not be synced until they exist.';
    end if;
end;
$$;

create trigger jira_sync_inserted after insert on public.file_audit
referencing new table as new_rows
for each statement execute function jira_sync.file_audit_inserted();
create trigger jira_sync_deleted after delete on public.file_audit
referencing old table as old_rows
for each statement execute function jira_sync.file_audit_deleted();
create trigger jira_sync_truncated before truncate on public.file_audit
for each statement execute function jira_sync.file_audit_truncated();
select jira_sync.watch(array[
    'file_number', 'file_path', 'file_name', 'layer_number', 'layer_name', 'status', 'workflows',
    'has_technical_debt', 'technical_debt', 'audit_status', 'audit_date', 'audited_by', 'notes'
]);

-- A job that a person asks for names a row that exists. Jobs of triggers know theirs.
create or replace function jira_sync.jobs_inserted()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
    unknown bigint;
begin
    if pg_trigger_depth() = 1 then
        select n.file_audit_id into unknown
        from new_jobs as n
        where n.kind in ('push', 'pull', 'sync')
            and not exists (select from public.file_audit as f where f.id = n.file_audit_id)
            and not exists (select from jira_sync.links as l where l.file_audit_id = n.file_audit_id)
        limit 1;
        if found then
            raise exception 'no row of public.file_audit has the id %', unknown using
                errcode = 'foreign_key_violation',
                hint = 'file_audit_id is the column id, not file_number: '
                    || 'select id from public.file_audit where file_number = ''0042''';
        end if;
    end if;
    perform jira_sync.wake();
    return null;
end;
$$;
comment on function jira_sync.jobs_inserted() is 'Trigger: checks the row of a job and wakes at most once a statement.';
drop trigger jobs_inserted on jira_sync.jobs;
create trigger jobs_inserted after insert on jira_sync.jobs
referencing new table as new_jobs
for each statement execute function jira_sync.jobs_inserted();

-- ---------------------------------------------------------------------------------------------------------
-- To look at
-- ---------------------------------------------------------------------------------------------------------

create view jira_sync.status
with (security_invoker = true)
as
select
    s.base_url as site,
    s.project_key as project,
    c.paused_at,
    c.pause_reason,
    j.due,
    j.later,
    j.running,
    j.dead,
    j.oldest_due,
    w.workers,
    w.workers_asleep,
    l.linked,
    l.creating,
    l.create_unknown,
    l.with_error,
    k.open_conflicts
from jira_sync.control as c
left join jira_sync.site as s on s.singleton
cross join lateral (
    select
        count(*) filter (where state = 'ready' and run_at <= now()) as due,
        count(*) filter (where state = 'ready' and run_at > now()) as later,
        count(*) filter (where state = 'running') as running,
        count(*) filter (where state = 'dead') as dead,
        min(run_at) filter (where state = 'ready' and run_at <= now()) as oldest_due
    from jira_sync.jobs
) as j
cross join lateral (
    select
        count(*) as workers,
        count(*) filter (where asleep) as workers_asleep
    from jira_sync.workers where seen_at + greatest(lease, interval '15 s') > clock_timestamp()
) as w
cross join lateral (
    select
        count(*) filter (where state = 'linked') as linked,
        count(*) filter (where state = 'creating') as creating,
        count(*) filter (where state = 'create_unknown') as create_unknown,
        count(*) filter (where last_error is not null) as with_error
    from jira_sync.links
) as l
cross join lateral (
    select count(*) as open_conflicts
    from jira_sync.conflicts where winner = 'nobody' and resolved_at is null
) as k;
comment on view jira_sync.status is 'The whole system in one row: site, queue, workers, links, conflicts.';

-- ---------------------------------------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.links enable row level security;
alter table jira_sync.conflicts enable row level security;
alter table jira_sync.changes enable row level security;
alter table jira_sync.site enable row level security;

revoke execute on all functions in schema jira_sync from public;

do $$
declare
    grantee text;
    relation text;
begin
    -- The worker's own role, and Supabase's service role, which PostgREST uses for trusted callers.
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant usage on schema jira_sync to %I', grantee);
            execute format('grant select, insert, update, delete on all tables in schema jira_sync to %I', grantee);
            execute format('grant usage on all sequences in schema jira_sync to %I', grantee);
            execute format('grant execute on all functions in schema jira_sync to %I', grantee);
            for relation in
                select c.relname from pg_catalog.pg_class as c
                where c.relnamespace = 'jira_sync'::regnamespace and c.relrowsecurity
            loop
                execute format(
                    'create policy %I on jira_sync.%I for all to %I using (true) with check (true)',
                    grantee, relation, grantee
                );
            end loop;
        end if;
    end loop;
end;
$$;

-- The table often has row-level security, and a row that the worker cannot see would look deleted.
do $$
begin
    if exists (select from pg_catalog.pg_roles where rolname = 'jira_sync_worker') then
        grant usage on schema public to jira_sync_worker;
        grant select, update on public.file_audit to jira_sync_worker;
        create policy jira_sync_worker on public.file_audit for all to jira_sync_worker
        using (true) with check (true);
    end if;
exception
    when insufficient_privilege then
        raise warning 'public.file_audit belongs to somebody else: grant select and update on it to jira_sync_worker';
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261122000002', 'file_audit')
on conflict (version) do nothing;
