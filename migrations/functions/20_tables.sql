-- The triggers of synced tables. No trigger of ours makes an application's statement fail, and none loses a change:
-- docs/decisions/0081-triggers-that-cannot-fail.md.

create or replace function jira_sync.lock_patience(app_lock_timeout text, app_statement_timeout text)
returns text language sql stable set search_path = pg_catalog, pg_temp set intervalstyle = postgres as $$
    -- Inside the time-outs of the application: a trigger waits for at most two locks, for two seconds and for one.
    select greatest(1, floor(1000 * least(
        1, nullif(extract(epoch from app_lock_timeout::interval), 0), case when app_statement_timeout <> '0' then
            (extract(epoch from app_statement_timeout::interval - (clock_timestamp() - statement_timestamp()))) / 3
        end, case when coalesce(current_setting('transaction_timeout', true), '0') <> '0' then
            (extract(epoch from current_setting('transaction_timeout')::interval - (clock_timestamp() - now()))) / 3
        end
    )))::text || 'ms';
$$;
comment on function jira_sync.lock_patience(text, text) is
'How long a trigger may wait for a lock, within the time-outs of the application''s session.';

create or replace function jira_sync.add_mark(changed_table text, change text, changed_ids text[], why text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    app_lock_timeout constant text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', jira_sync.lock_patience(app_lock_timeout, current_setting('statement_timeout')), true);
    insert into jira_sync.marks (table_name, kind, row_ids, reason, last_link_id)
    values (
        changed_table, change, case when '' = any(changed_ids) then null else changed_ids end, left(why, 2000),
        (select max(l.id) from jira_sync.links as l)
    );
    perform set_config('lock_timeout', app_lock_timeout, true);
exception
    when others then
        -- A sequence cannot be locked, and stays where it is when the application rolls back. The inspection compares it.
        perform nextval('jira_sync.unrecorded_changes');
end;
$$;
comment on function jira_sync.add_mark(text, text, text[], text) is
'Records a change that was not enqueued: of these rows, or of the whole table (null).';

create or replace function jira_sync.move_links(moved_table text, old_ids text[], new_ids text[])
returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- In two steps, because two rows may have exchanged their keys.
    update jira_sync.links as l set row_id = 'moving:' || u.new_id from unnest(old_ids, new_ids) as u (old_id, new_id)
    where l.table_name = moved_table and l.row_id = u.old_id and l.state <> 'row_gone';
    update jira_sync.links as l set row_id = u.new_id from unnest(new_ids) as u (new_id)
    where l.table_name = moved_table and l.row_id = 'moving:' || u.new_id;
    update jira_sync.conflicts as c set row_id = u.new_id from unnest(old_ids, new_ids) as u (old_id, new_id)
    where c.table_name = moved_table and c.row_id = u.old_id and c.winner = 'open' and c.applied_at is null;
    delete from jira_sync.suspended_fields as f where f.table_name = moved_table and f.row_id = any(old_ids);
end;
$$;
comment on function jira_sync.move_links(text, text[], text[]) is 'Rows whose primary key changed keep their issues.';

create or replace function jira_sync.enqueue_changes(
    changed_table text, ids text[], other_ids text[], old_ids text[], new_ids text[],
    app_lock_timeout text, app_statement_timeout text
)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set jit = off set enable_seqscan = off as $$
declare
    isolation constant text := current_setting('transaction_isolation');
    writer constant text := current_setting('jira_sync.writer', true);
    missing text[];
    -- One statement of many rows is a mass edit: it waits behind single edits, and covers none of them.
    urgency constant integer := case when cardinality(ids || other_ids) > 100 then -6 else 0 end;
begin
    if app_lock_timeout <> '0' or app_statement_timeout <> '0' then
        perform set_config('lock_timeout', jira_sync.lock_patience(app_lock_timeout, app_statement_timeout), true);
    end if;
    if '' = any(ids || other_ids) then
        perform jira_sync.add_mark(changed_table, 'changed', null, 'the key column of the table does not exist any more');
        return;
    end if;
    if other_ids is not null then
        -- These rows need no issue, but may have one.
        ids := coalesce(ids, '{}') || array(
            select u.id from unnest(other_ids) as u (id)
            where exists (
                select from jira_sync.links as l
                where l.table_name = changed_table and l.row_id = u.id and l.state <> 'row_gone'
            ) or u.id = any(new_ids)
        );
    end if;
    if old_ids is not null then
        perform jira_sync.move_links(changed_table, old_ids, new_ids);
    end if;
    if coalesce(writer, '') <> '' and pg_trigger_depth() = 1 then
        -- A worker wrote these rows under the lease of their jobs: that equals the base and is no news.
        ids := array(
            select u.id from unnest(ids) as u (id)
            where not exists (
                select from jira_sync.jobs as j
                where j.state = 'running' and j.key = 'row:' || changed_table || ':' || u.id and j.worker::text = writer
            )
        );
    end if;
    if isolation = 'read committed' then
        -- A waiting job covers the change, provided that it is not claimed before this transaction commits: so it is locked. A
        -- job that is locked already is not waited for. One lookup by key for each row: a join was planned for a short queue.
        missing := array(
            select u.id from unnest(ids) as u (id)
            left join lateral (
                select j.id from jira_sync.jobs as j
                where j.state = 'ready' and j.key = 'row:' || changed_table || ':' || u.id
                    and j.kind <> 'pull' and j.attempt = 0 and j.priority >= urgency and j.run_at <= clock_timestamp()
                limit 1
                for key share skip locked
            ) as w on true
            where w.id is null
        );
    elsif isolation = 'serializable' then
        -- Reading the queue would make concurrent statements fail, so every change gets its own job.
        missing := ids;
    else
        -- Locking a job that is newer than the snapshot would fail. Only jobs of this transaction count: their xid is younger
        -- than the snapshot.
        missing := array(
            select u.id from unnest(ids) as u (id)
            where (
                select j.id from jira_sync.jobs as j
                where j.state = 'ready' and j.key = 'row:' || changed_table || ':' || u.id
                    and j.kind in ('push', 'sync') and j.attempt = 0
                    and age(j.xmin) <= age((pg_snapshot_xmax(pg_current_snapshot())::text::numeric % 4294967296)::text::xid)
                limit 1
            ) is null
        );
    end if;
    if cardinality(missing) > 0 then
        insert into jira_sync.jobs (kind, table_name, row_id, priority)
        select 'push', changed_table, u.id, urgency from unnest(missing) as u (id);
    end if;
    if cardinality(missing) < cardinality(ids) then
        -- A worker that searched meanwhile found the waiting job locked, and fell asleep.
        perform jira_sync.wake();
    end if;
end;
$$;
comment on function jira_sync.enqueue_changes(text, text[], text[], text[], text[], text, text) is
'Enqueues a job for each row of ids, and of other_ids that has an issue, unless a waiting job covers it. Moves changed keys.';

create or replace function jira_sync.enqueue_change(
    changed_table text, changed_id text, is_needed boolean, app_lock_timeout text, app_statement_timeout text
)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set jit = off set enable_seqscan = off as $$
declare
    covering bigint; must_wake boolean;
begin
    -- Most statements change one row. This path does for it what enqueue_changes() does for many.
    if changed_id = '' or not is_needed or current_setting('transaction_isolation') <> 'read committed'
        or coalesce(current_setting('jira_sync.writer', true), '') <> ''
        or app_lock_timeout <> '0' or app_statement_timeout <> '0'
    then
        perform jira_sync.enqueue_changes(
            changed_table, case when is_needed then array[changed_id] end, case when not is_needed then array[changed_id] end,
            null, null, app_lock_timeout, app_statement_timeout
        );
        return;
    end if;
    select j.id, exists (
            select from jira_sync.workers as w where w.asleep and w.seen_at > clock_timestamp() - interval '30 seconds'
        )
    into covering, must_wake
    from jira_sync.jobs as j where j.state = 'ready' and j.key = 'row:' || changed_table || ':' || changed_id
        and j.kind <> 'pull' and j.attempt = 0 and j.priority >= 0 and j.run_at <= clock_timestamp()
    limit 1
    for key share skip locked;
    if covering is null then
        insert into jira_sync.jobs (kind, table_name, row_id) values ('push', changed_table, changed_id);
    elsif must_wake then
        perform jira_sync.wake();
    end if;
end;
$$;
comment on function jira_sync.enqueue_change(text, text, boolean, text, text) is
'Enqueues a job for one changed row, unless a waiting job covers the change.';

create or replace function jira_sync.enqueue_deletions(
    changed_table text, ids text[], labels text[], needed boolean[], app_lock_timeout text, app_statement_timeout text
)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set jit = off set enable_seqscan = off as $$
begin
    perform set_config('lock_timeout', jira_sync.lock_patience(app_lock_timeout, app_statement_timeout), true);
    if cardinality(ids) > 1000 or '' = any(ids) then
        -- A job for each row of a large table would take longer than the deletion itself.
        insert into jira_sync.marks (table_name, kind, row_ids, last_link_id)
        select changed_table, case when '' = any(ids) then 'changed' else 'deleted' end,
            case when not '' = any(ids) then array_agg(u.id) end, (select max(l.id) from jira_sync.links as l)
        from unnest(ids) with ordinality as u (id, place) group by (u.place - 1) / 10000;
        insert into jira_sync.jobs (kind, table_name, priority, args)
        values ('full_sync', changed_table, 1, '{"marks": true}');
        return;
    end if;
    -- The label travels with the job, because nothing else remembers it. A row that needed an issue may have one that is
    -- being made and that this transaction cannot see.
    insert into jira_sync.jobs (kind, table_name, row_id, priority, args)
    select 'push', changed_table, u.id, 1, jsonb_build_object('deleted', jsonb_build_object('label', u.label))
    from unnest(ids, labels, needed) as u (id, label, is_needed)
    where u.is_needed or exists (
        select from jira_sync.links as l
        where l.table_name = changed_table and l.row_id = u.id and l.state <> 'row_gone'
    );
end;
$$;
comment on function jira_sync.enqueue_deletions(text, text[], text[], boolean[], text, text) is
'Enqueues a job for each deleted row that has or may have an issue; for many rows, one mark for ten thousand.';

create or replace function jira_sync.table_truncated()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = off as $$
declare
    app_lock_timeout constant text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', jira_sync.lock_patience(app_lock_timeout, current_setting('statement_timeout')), true);
    insert into jira_sync.marks (table_name, kind, last_link_id)
    values (tg_argv[0], 'truncated', (select max(l.id) from jira_sync.links as l));
    insert into jira_sync.jobs (kind, table_name, priority, args)
    values ('full_sync', tg_argv[0], 1, '{"marks": true}');
    -- Rows that are loaded again find their issues by label, and a rename that no worker has synced is lost with its row.
    begin
        execute coalesce((
            select format('update jira_sync.links as l set label = left(concat(f.%I), 2000) from jira_sync.jobs as j, %I.%I as f '
                'where j.table_name = $1 and j.state in (''ready'', ''running'') and l.table_name = $1 and l.row_id = j.row_id '
                'and l.state <> ''row_gone'' and l.row_id = concat(f.%I)', label_column, schema_name, relation_name, key_column)
            from jira_sync.tables where table_name = tg_argv[0] and jira_sync.is_trusted(tg_relid)
        ), 'select') using tg_argv[0];
    exception
        when others then
            raise warning 'jira-sync could not note which rows of % were renamed: %', tg_argv[0], sqlerrm;
    end;
    perform set_config('lock_timeout', app_lock_timeout, true);
    return null;
exception
    when others then
        begin
            perform jira_sync.add_mark(tg_argv[0], 'truncated', null, sqlerrm);
        exception
            when others then
                raise warning 'jira-sync could not record TRUNCATE of %: %', tg_argv[0], sqlerrm;
        end;
        return null;
end;
$$;
comment on function jira_sync.table_truncated() is 'Trigger: all rows of a table are gone. One mark stands for all of them.';

-- Installation of the triggers

create or replace function jira_sync.pinned_settings()
returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select array[
        'standard_conforming_strings = on', 'array_nulls = on', 'transform_null_equals = off', 'quote_all_identifiers = off',
        'datestyle = ''ISO, YMD''', 'intervalstyle = postgres', 'timezone = ''UTC''', 'extra_float_digits = 1',
        'bytea_output = hex', 'exit_on_error = off'
    ];
$$;
comment on function jira_sync.pinned_settings() is
'The settings of functions: those of a session that change what a literal, a cast, a name or an error means.';

create or replace function jira_sync.trigger_source(watched_table text, columns text[])
returns text language sql stable set search_path = pg_catalog, pg_temp as $source$
    -- A column that was dropped or renamed is not found in the transition table. Then its name means the outer table
    -- `absent`, which has a NULL for each column: so the statement works whatever ALTER TABLE did. Each transition table is read
    -- with an `absent` of its own, for a column may have the name of a result of the other one. Record images compare bytes,
    -- for every type. concat() uses output functions, so no cast of another role runs with our rights.
    select format($body$
-- Columns of the table may have any name, also one of these variables.
#variable_conflict use_column
declare
    ids text[]; other_ids text[]; old_ids text[]; new_ids text[]; old_id text; new_id text;
    needed boolean[]; labels text[]; is_changed boolean; is_needed boolean; is_single boolean; settings text[];
begin
    if tg_op = 'UPDATE' then
        -- One row: no join is needed. LIMIT tells the planner so, or it compiles the statement (JIT) where there are thousands.
        select o.row_id, n.row_id, n.image *<> o.image, n.is_needed or o.is_needed into old_id, new_id, is_changed, is_needed
        from (select i.* from (select %1$s) as absent cross join lateral (
            select concat(%2$s) as row_id, %3$s as is_needed, row(%4$s) as image from new_rows limit 1
        ) as i) as n
        cross join (select i.* from (select %1$s) as absent cross join lateral (
            select concat(%2$s) as row_id, %3$s as is_needed, row(%4$s) as image from old_rows limit 1
        ) as i) as o
        where not exists (select from new_rows offset 1);
        is_single := found and old_id = new_id;
        if is_single and not is_changed then
            return null;
        elsif is_single then
            ids := array[new_id];
        else
            -- No JIT compilation (0.6 s), and no nested loop that was planned for a few rows.
            settings := array[current_setting('jit'), current_setting('enable_nestloop')];
            perform set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true);
            -- Both transition tables have the rows in the same order.
            select array_agg(c.new_id) filter (where c.is_needed), array_agg(c.new_id) filter (where not c.is_needed),
                array_agg(c.old_id) filter (where c.old_id <> c.new_id), array_agg(c.new_id) filter (where c.old_id <> c.new_id)
            into ids, other_ids, old_ids, new_ids
            from (
                select o.row_id as old_id, n.row_id as new_id, n.is_needed or o.is_needed as is_needed
                from (select i.* from (select %1$s) as absent cross join lateral (
                    select row_number() over () as place, concat(%2$s) as row_id, %3$s as is_needed, row(%4$s) as image from new_rows
                ) as i) as n
                inner join (select i.* from (select %1$s) as absent cross join lateral (
                    select row_number() over () as place, concat(%2$s) as row_id, %3$s as is_needed, row(%4$s) as image from old_rows
                ) as i) as o on o.place = n.place
                where n.image *<> o.image or n.row_id <> o.row_id
            ) as c;
            perform set_config('jit', settings[1], true), set_config('enable_nestloop', settings[2], true);
        end if;
    elsif tg_op = 'INSERT' then
        select array_agg(n.row_id) into ids from (select %1$s) as absent
        cross join lateral (select concat(%2$s) as row_id, %3$s as is_needed from new_rows) as n
        where n.is_needed;
    else
        -- Labels of a large deletion are not needed, and could exceed the size of an array.
        select array_agg(o.row_id), array_agg(o.label), array_agg(o.is_needed) into ids, labels, needed
        from (select %1$s) as absent
        cross join lateral (
            select concat(%2$s) as row_id, %3$s as is_needed,
                case when not exists (select from old_rows offset 1000) then left(concat(%5$s), 2000) end as label
            from old_rows
        ) as o;
    end if;
    if ids is null and other_ids is null then
        return null;
    end if;
    -- The only subtransaction: whatever fails, the statement of the application succeeds.
    begin
        if is_single then
            perform jira_sync.enqueue_change(
                %6$L, new_id, is_needed, current_setting('lock_timeout'), current_setting('statement_timeout')
            );
        elsif tg_op = 'DELETE' then
            perform jira_sync.enqueue_deletions(
                %6$L, ids, labels, needed, current_setting('lock_timeout'), current_setting('statement_timeout')
            );
        else
            perform jira_sync.enqueue_changes(
                %6$L, ids, other_ids, old_ids, new_ids, current_setting('lock_timeout'), current_setting('statement_timeout')
            );
        end if;
    exception
        when others then
            begin
                perform jira_sync.add_mark(
                    %6$L, case tg_op when 'DELETE' then 'deleted' else 'changed' end, ids || other_ids, sqlerrm
                );
            exception
                when others then
                    raise warning using message = 'jira-sync could not record a change: ' || sqlerrm;
            end;
    end;
    return null;
end;
$body$,
        (
            select string_agg(distinct format('null as %I', c.name), ', ')
            from unnest(columns || array[t.key_column, t.label_column, t.condition_column]) as c (name)
            where c.name is not null
        ),
        quote_ident(t.key_column), case when t.condition_column is null then 'true'
            -- False or NULL. Whatever else the column says after an ALTER TABLE, the planner decides.
            else format($condition$concat(%I) not in ('f', '')$condition$, t.condition_column) end,
        (select string_agg(quote_ident(c.name), ', ' order by c.place) from unnest(columns) with ordinality as c (name, place)),
        quote_ident(t.label_column), t.table_name
    )
    from jira_sync.tables as t where t.table_name = watched_table;
$source$;
comment on function jira_sync.trigger_source(text, text[]) is
'The body of the trigger function of a table. Only the statements over the transition tables differ from table to table.';

create or replace function jira_sync.expected_triggers(watched_table text)
returns table (name text, definition text, is_there boolean, is_enabled boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
    -- CASE, because pg_get_triggerdef() locks the table of each trigger that it is asked for.
    select e.name, e.definition, coalesce(case when g.oid is not null then pg_get_triggerdef(g.oid) = e.definition end, false),
        coalesce(g.tgenabled in ('O', 'A'), false)
    from jira_sync.tables as t
    cross join lateral (
        select v.name, format(
            'CREATE TRIGGER %s %s ON %I.%I %sFOR EACH STATEMENT EXECUTE FUNCTION jira_sync.%s', v.name, v.event,
            t.schema_name, t.relation_name, v.tables, case when v.name = 'jira_sync_truncated'
                then format('table_truncated(%L)', t.table_name) else format('%I()', t.table_name || '_changed') end
        ) as definition
        from (values
            ('jira_sync_inserted', 'AFTER INSERT', 'REFERENCING NEW TABLE AS new_rows '),
            ('jira_sync_updated', 'AFTER UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '),
            ('jira_sync_deleted', 'AFTER DELETE', 'REFERENCING OLD TABLE AS old_rows '),
            ('jira_sync_truncated', 'BEFORE TRUNCATE', '')
        ) as v (name, event, tables)
    ) as e
    left join pg_catalog.pg_trigger as g
        on g.tgrelid = to_regclass(format('%I.%I', t.schema_name, t.relation_name)) and g.tgname = e.name
    where t.table_name = watched_table;
$$;
comment on function jira_sync.expected_triggers(text) is
'The triggers that a synced table must have, as pg_get_triggerdef() writes them, and whether they are there and enabled.';

create or replace function jira_sync.watch_columns(watched_table text, columns text[] default null)
returns text[] language plpgsql security definer set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
    t jira_sync.tables; relation regclass; present text[]; body text; missing text;
    settings text[] := '{}';
begin
    -- The row is locked: workers of a fleet start together, and one at a time replaces the function.
    select * into t from jira_sync.tables as r where r.table_name = watched_table for update;
    if not found then
        raise exception 'no table is registered under the name %', watched_table using
            errcode = 'undefined_table', hint = 'select table_name from jira_sync.tables';
    end if;
    -- As Postgres cuts them: two names that are cut to the same one would be ambiguous.
    columns := array(
        select distinct c::name::text from unnest(coalesce(columns, t.watched_columns)) as c where c <> '' order by 1
    );
    relation := to_regclass(format('%I.%I', t.schema_name, t.relation_name));
    if relation is null then
        raise exception 'the table %.% does not exist', t.schema_name, t.relation_name using
            errcode = 'undefined_table', hint = 'Create or restore it, then run jira-sync migrate.';
    end if;
    select array_agg(a.attname::text order by a.attnum) into present from pg_catalog.pg_attribute as a
    where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attname = any(columns);
    if present is null then
        raise exception 'none of the columns % exists in %', columns, relation using
            errcode = 'undefined_column', hint = 'Compare the columns of the mapping with those of the table.';
    end if;
    body := jira_sync.trigger_source(watched_table, columns);
    -- Each setting makes every statement of an application slower, and the text of most keys and labels depends on none.
    if exists (
        select from pg_catalog.pg_attribute as a
        inner join pg_catalog.pg_type as y on y.oid = a.atttypid
        where a.attrelid = relation and not a.attisdropped and a.attname in (t.key_column, t.label_column)
            and y.typcategory not in ('S', 'B', 'E')
            and coalesce(nullif(y.typbasetype, 0), y.oid) <> all('{smallint,integer,bigint,numeric,uuid}'::regtype[])
    ) then
        settings := jira_sync.pinned_settings();
    end if;
    if not exists (
        select from pg_catalog.pg_proc as p
        where p.oid = to_regprocedure(format('jira_sync.%I()', watched_table || '_changed'))
            and p.prosrc = body and cardinality(p.proconfig) = 1 + cardinality(settings)
    ) then
        execute format(
            'create or replace function jira_sync.%I() returns trigger language plpgsql security definer '
            'set search_path = pg_catalog, pg_temp %s as %L', watched_table || '_changed',
            array_to_string(array(select 'set ' || s from unnest(settings) as s), ' '), body
        );
        execute format('revoke execute on function jira_sync.%I() from public', watched_table || '_changed');
        execute format(
            'comment on function jira_sync.%I() is %L', watched_table || '_changed',
            'Trigger, written by watch_columns(): enqueues jobs for changed rows of ' || watched_table || '.'
        );
    end if;
    for missing in
        select e.definition from jira_sync.expected_triggers(watched_table) as e where not e.is_there or not e.is_enabled
    loop
        execute replace(missing, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    end loop;
    if missing is not null and exists (select from jira_sync.links as l where l.table_name = watched_table) then
        -- Changes were not seen while the trigger was missing.
        insert into jira_sync.marks (table_name, kind, reason, last_link_id)
        values (watched_table, 'changed', 'a trigger was missing', (select max(l.id) from jira_sync.links as l));
    end if;
    update jira_sync.tables as r set watched_columns = columns
    where r.table_name = watched_table and r.watched_columns is distinct from columns;
    return present;
end;
$$;
comment on function jira_sync.watch_columns(text, text[]) is
'Makes the triggers of a table compare these columns, and restores them; returns the columns that the table has.';

create or replace function jira_sync.missing_columns()
returns text[] language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_agg(c.name order by c.place), '{}') from (
        select u.name, min(u.place) as place from jira_sync.tables as t
        cross join lateral unnest(t.key_column || t.watched_columns || t.pull_columns) with ordinality as u (name, place)
        where t.table_name = 'file_audit' group by u.name
    ) as c
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass('public.file_audit') and a.attname = c.name and not a.attisdropped
    );
$$;
comment on function jira_sync.missing_columns() is 'Columns of the default mapping that public.file_audit does not have.';

-- Jobs that people insert

create or replace function jira_sync.is_trusted(relation regclass)
returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
    select c.relkind in ('r', 'p') and (r.rolsuper or c.relowner = n.nspowner) from pg_catalog.pg_class as c
    inner join pg_catalog.pg_roles as r on r.oid = c.relowner
    inner join pg_catalog.pg_namespace as n on n.nspname = 'jira_sync'
    where c.oid = relation;
$$;
comment on function jira_sync.is_trusted(regclass) is
'Whether this schema''s owner may read a table: its owner''s code (domains, casts, expressions of indexes, policies) runs then.';

create or replace function jira_sync.jobs_checked()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
declare
    t jira_sync.tables; named text; key_type text; unknown text;
begin
    -- A restore copies jobs before the rows that they name.
    if current_query() ~* '^[[:space:]]*copy[[:space:]]' or current_setting('jira_sync.unchecked', true) = 'on' then
        return null;
    end if;
    for named in
        select distinct n.table_name from new_jobs as n where n.kind in ('push', 'pull', 'sync', 'full_sync')
    loop
        select * into t from jira_sync.tables as r where r.table_name = named;
        if not found then
            raise exception 'no table is registered under the name "%"', named using
                errcode = 'foreign_key_violation', hint = 'select table_name from jira_sync.tables';
        end if;
        if exists (select from new_jobs as n where n.kind = 'full_sync' and n.table_name = named and not n.args ? 'marks') then
            update jira_sync.tables as r set full_sync_at = clock_timestamp() where r.table_name = named;
        end if;
        select format_type(a.atttypid, null) into key_type from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass(format('%I.%I', t.schema_name, t.relation_name)) and a.attname = t.key_column;
        -- A dump with INSERT has this setting. The inspection reports a table that is not there.
        continue when current_setting('check_function_bodies') = 'off'
            or jira_sync.is_trusted(to_regclass(format('%I.%I', t.schema_name, t.relation_name))) is not true
            or key_type is null;
        begin
            execute format(
                'select n.row_id from new_jobs as n where n.table_name = %1$L and n.row_id is not null '
                'and not exists (select from %2$I.%3$I as f where f.%4$I = n.row_id::%5$s) '
                'and not exists (select from jira_sync.links as l where l.table_name = %1$L and l.row_id = n.row_id) limit 1',
                named, t.schema_name, t.relation_name, t.key_column, key_type
            ) into unknown;
        exception
            when invalid_text_representation or numeric_value_out_of_range then
                raise exception 'a row_id is no value of the column % of %: %', t.key_column, t.relation_name, sqlerrm using
                    errcode = 'foreign_key_violation', hint = format('row_id is the text of the column %s.', t.key_column);
            when insufficient_privilege then
                unknown := null; -- row-level security hides rows: the run finds out
        end;
        if unknown is not null then
            raise exception 'no row of %.% has the % %', t.schema_name, t.relation_name, t.key_column, unknown using
                errcode = 'foreign_key_violation',
                hint = format('row_id is the column %1$s: select %1$s from %2$s.%3$s where %4$s = …',
                    t.key_column, t.schema_name, t.relation_name, t.label_column);
        end if;
    end loop;
    return null;
end;
$$;
comment on function jira_sync.jobs_checked() is
'Trigger: a job that was inserted directly names a registered table and a row that exists.';
select jira_sync.ensure_trigger('jira_sync.jobs', 'jobs_checked',
    'after insert on jira_sync.jobs referencing new table as new_jobs for each statement '
    'when (pg_trigger_depth() = 0) execute function jira_sync.jobs_checked()');
