-- Where a job of the one changed row waits already, its columns are not compared.

create or replace function jira_sync.watch(watched text[])
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
        string_agg(format(case when c.has_equality then 'n.%I' else 'n.%I::text' end, a.attname), ', ' order by a.attnum),
        string_agg(format(case when c.has_equality then 'o.%I' else 'o.%I::text' end, a.attname), ', ' order by a.attnum),
        string_agg(format('%L, n.%I', a.attname, a.attname), ', ' order by a.attnum)
    into present, new_list, old_list, echo
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_type as t on t.oid = a.atttypid
    inner join pg_catalog.pg_type as e
        on e.oid = coalesce(nullif(t.typbasetype, 0), case when t.typcategory = 'A' then t.typelem end, t.oid)
    -- Some types have no equality, and of types of extensions none is in sight here: an UPDATE of any application would fail.
    cross join lateral (
        select not (
            e.typname in ('json', 'xml', 'point', 'line', 'polygon')
            or (e.typtype = 'b' and e.typnamespace <> 'pg_catalog'::regnamespace)
        ) as has_equality
    ) as c
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
    -- Without jit = off the planner compiles the comparison for 0.6 s before it looks at the first of 10,000 rows; with
    -- seqscan a plan made while the queue was empty reads all of it. Each setting costs every UPDATE a microsecond.
    execute format($function$
        create or replace function jira_sync.file_audit_updated()
        returns trigger
        language plpgsql security definer
        set search_path = '' set jit = off set enable_seqscan = off
        as $body$
        declare
            asks constant boolean := current_setting('transaction_isolation') = 'read committed'
                and coalesce(current_setting('jira_sync.writer', true), '') = '';
            ids bigint[];
            missing bigint[];
            covering bigint;
            is_one boolean;
            somebody_sleeps boolean;
        begin
            -- One row is what most statements change, and there each query costs more than what it does. Comparing columns
            -- costs most, and where a job of the row waits already it changes nothing: so that is asked first, by a query
            -- that locks the job (see below) and says whether somebody sleeps.
            if asks then
                select
                    w.id,
                    exists (
                        select from jira_sync.workers as s
                        where s.asleep and s.seen_at > clock_timestamp() - interval '30 seconds'
                    )
                into covering, somebody_sleeps
                from new_rows as n
                cross join lateral (
                    select j.id from jira_sync.jobs as j
                    where j.state = 'ready' and j.key = 'row:' || n.id
                        and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0 and j.run_at <= clock_timestamp()
                    for key share skip locked
                ) as w
                where not exists (select from new_rows offset 1)
                limit 1;
                if covering is not null then
                    if somebody_sleeps then
                        perform pg_notify('jira_sync', '');
                    end if;
                    return null;
                end if;
            end if;
            -- A job only where a mapped column really changed and the row has, had or should have an issue.
            select
                array(
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
                ),
                not exists (select from new_rows offset 1)
            into ids, is_one;
            if cardinality(ids) = 0 then
                return null;
            end if;
            if asks and is_one then
                insert into jira_sync.jobs (kind, file_audit_id) values ('push', ids[1]);
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
                missing := array(
                    select u.id
                    from unnest(ids) as u (id)
                    left join lateral (
                        select j.id from jira_sync.jobs as j
                        where j.state = 'ready' and j.key = 'row:' || u.id
                            and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0
                            and j.run_at <= clock_timestamp()
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

-- The function of the mapping that is in force is written anew.
select jira_sync.watch(coalesce(
    (select s.watched_columns from jira_sync.site as s where cardinality(s.watched_columns) > 0),
    array[
        'file_number', 'file_path', 'file_name', 'layer_number', 'layer_name', 'status', 'workflows',
        'has_technical_debt', 'technical_debt', 'audit_status', 'audit_date', 'audited_by', 'notes'
    ]
));

insert into jira_sync.migrations (version, name) values ('20261128000001', 'covered_first') on conflict do nothing;
