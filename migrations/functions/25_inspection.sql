-- The inspection of the installation, and the reconciliation of what triggers could not enqueue.

create or replace function jira_sync.reconcile_marks(slice integer default 1000)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    m jira_sync.marks; link_ids bigint[]; unlinked bigint; t jira_sync.tables;
begin
    select * into m from jira_sync.marks as r order by r.id limit 1 for update skip locked;
    if not found then
        return exists (select from jira_sync.marks);
    end if;
    -- A marked row may be gone, or have another key by now: jobs_checked() would refuse its job.
    perform set_config('jira_sync.unchecked', 'on', true);
    select * into t from jira_sync.tables as r where r.table_name = m.table_name;
    if m.reason is not null and m.done_link_id = 0 then
        perform jira_sync.emit(
            'trigger_failed', 'warning', 'trigger_failed:' || left(md5(jira_sync.error_pattern(m.reason)), 16), m.table_name,
            format('Changes of %s could not be enqueued when they were made, and are synced now: %s', m.table_name, m.reason),
            'jira-sync doctor names what has to be repaired.', table_name => m.table_name
        );
    end if;
    if m.row_ids is not null and m.kind = 'changed' then
        insert into jira_sync.jobs (kind, table_name, row_id)
        select distinct 'push', m.table_name, u.id from unnest(m.row_ids) as u (id);
        delete from jira_sync.marks as r where r.id = m.id;
    elsif m.row_ids is not null then
        -- A row without a link may have a job that is making its issue.
        insert into jira_sync.jobs (kind, table_name, row_id, priority, args)
        select 'push', m.table_name, u.id, 0,
            jsonb_build_object('deleted', jsonb_build_object('label', coalesce(l.label, u.id)))
        from unnest(m.row_ids) as u (id)
        left join jira_sync.links as l on l.table_name = m.table_name and l.row_id = u.id and l.state <> 'row_gone'
        where l.id is not null or exists (
            select from jira_sync.jobs as j where j.state = 'running' and j.key = 'row:' || m.table_name || ':' || u.id
        );
        delete from jira_sync.marks as r where r.id = m.id;
    else
        with sliced as (
            select l.id, l.row_id, l.label from jira_sync.links as l
            where l.id > m.done_link_id and l.id <= coalesce(m.last_link_id, 0) order by l.id limit slice
        ),
        enqueued as (
            insert into jira_sync.jobs (kind, table_name, row_id, priority, args)
            select 'push', l.table_name, l.row_id, case m.kind when 'changed' then -1 else 0 end,
                case m.kind
                    when 'changed' then '{}'
                    else jsonb_build_object('deleted', jsonb_build_object('label', l.label))
                end
            from sliced as s inner join jira_sync.links as l on l.id = s.id
            where l.table_name = m.table_name and l.state <> 'row_gone'
        )
        select array_agg(s.id) into link_ids from sliced as s;
        if link_ids is not null then
            update jira_sync.marks as r set done_link_id = link_ids[cardinality(link_ids)] where r.id = m.id;
        else
            delete from jira_sync.marks as r where r.id = m.id;
            if m.kind = 'truncated' then
                -- Issues that were being made when the table was truncated.
                insert into jira_sync.jobs (kind, table_name, row_id, args)
                select 'push', j.table_name, j.row_id, jsonb_build_object('deleted', jsonb_build_object('label', j.row_id))
                from jira_sync.jobs as j
                where j.state = 'running' and j.table_name = m.table_name and j.row_id is not null
                    and j.started_at <= m.at;
            elsif t.full_sync_at is not null then
                insert into jira_sync.jobs (kind, table_name, priority) values ('full_sync', m.table_name, -1);
            else
                unlinked := jira_sync.count_unlinked(m.table_name);
                if unlinked is distinct from 0 then
                    perform jira_sync.emit(
                        'rows_not_linked', 'warning', 'rows_not_linked:' || m.table_name, m.table_name,
                        format('%s rows of %s have no issue. Changes of the table were not seen for a time, so it is not known '
                            'whether an issue was wanted for them.', coalesce(unlinked::text, 'Perhaps some'), m.table_name),
                        format('See which: jira-sync sync --all --dry-run. Make the issues: jira-sync sync --all'),
                        table_name => m.table_name
                    );
                end if;
            end if;
        end if;
    end if;
    perform set_config('jira_sync.unchecked', 'off', true);
    return exists (select from jira_sync.marks);
end;
$$;
comment on function jira_sync.reconcile_marks(integer) is
'Makes jobs of the oldest mark, or of a slice of it; returns whether marks are left.';

create or replace function jira_sync.count_unlinked(counted_table text)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    t jira_sync.tables; counted bigint;
begin
    select * into t from jira_sync.tables as r where r.table_name = counted_table;
    if jira_sync.is_trusted(to_regclass(format('%I.%I', t.schema_name, t.relation_name))) is not true then
        return null;
    end if;
    execute format(
        'select count(*) from %I.%I as f where %s and not exists ('
        'select from jira_sync.links as l where l.table_name = $1 and l.row_id = concat(f.%I) and l.state <> ''row_gone'')',
        t.schema_name, t.relation_name, case when t.condition_column is null then 'true'
            else format('concat(f.%I) not in (''f'', '''')', t.condition_column) end,
        t.key_column
    ) into counted using t.table_name;
    return counted;
exception
    when undefined_column or insufficient_privilege then
        return null;
end;
$$;
comment on function jira_sync.count_unlinked(text) is
'How many rows of a table should have an issue and have none; null where that cannot be asked.';

create or replace function jira_sync.checksums()
returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(o.name, md5(o.text)) from (
        select 'function ' || p.oid::regprocedure as name,
            concat_ws('|', p.prosrc, p.proconfig, p.prosecdef, p.proowner::regrole, p.proacl) as text
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'jira_sync'::regnamespace
            and not exists (select from jira_sync.tables as t where p.proname = t.table_name || '_changed')
        union all
        -- Partitions come and go, and an administrator may let further roles read.
        select 'table ' || c.oid::regclass, concat_ws('|', c.relkind, c.relrowsecurity, c.relowner::regrole,
            (select string_agg(a::text, ',' order by a::text) from unnest(c.relacl) as a
                where a::text ~ '^("?(jira_sync_worker|service_role)"?)?='),
            (select string_agg(concat_ws(' ', a.attname, a.atttypid::regtype, a.attacl), ',' order by a.attnum)
                from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
            -- pg_get_expr() would wait for a lock of the table.
            (select string_agg(p.polname || regexp_replace(p.polqual::text, ':location -?[0-9]+', '', 'g'), ',' order by p.polname)
                from pg_catalog.pg_policy as p where p.polrelid = c.oid),
            (select string_agg(concat_ws(' ', g.tgname, g.tgenabled, g.tgfoid), ',' order by g.tgname)
                from pg_catalog.pg_trigger as g where g.tgrelid = c.oid and not g.tgisinternal)
        ) from pg_catalog.pg_class as c
        where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p', 'v', 'S') and not c.relispartition
    ) as o;
$$;
comment on function jira_sync.checksums() is 'A checksum of each function and table with its settings, rights and triggers.';

create or replace function jira_sync.inspect_table(inspected text)
returns table (subject text, problem text, remedy text, is_error boolean, hides_changes boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    t jira_sync.tables; relation regclass; named text; body text;
    worker constant oid := (select r.oid from pg_catalog.pg_roles as r where r.rolname = 'jira_sync_worker');
begin
    select * into t from jira_sync.tables as r where r.table_name = inspected;
    relation := to_regclass(format('%I.%I', t.schema_name, t.relation_name));
    named := format('%I.%I', t.schema_name, t.relation_name);
    if relation is null then
        return query select named, format('the table %s does not exist', named)
            || coalesce((
                select ': its triggers are on ' || string_agg(distinct g.tgrelid::regclass::text, ', ')
                from pg_catalog.pg_trigger as g inner join pg_catalog.pg_proc as p on p.oid = g.tgfoid
                where p.pronamespace = 'jira_sync'::regnamespace and p.proname = t.table_name || '_changed'
            ), ''),
            'Rename the table back or restore it, then run jira-sync migrate.'::text, true, true;
        return;
    end if;
    return query
    select named, format('the column %s of %s does not exist%s', quote_ident(c.name), named, case c.role
            when 'key' then ': rows cannot be identified, so no change of the table is synced'
            when 'label' then ': rows have no label' else ': its changes are not synced' end),
        format('Rename the column back, or change the mapping in jira-sync.yaml and start the workers again.'), true,
        c.role = 'key'
    from (
        select t.key_column as name, 'key' as role
        union all select t.label_column, 'label'
        union all select t.condition_column, 'condition' where t.condition_column is not null
        union all select w.name, 'mapped' from unnest(t.watched_columns) as w (name)
        where w.name not in (t.key_column, t.label_column, coalesce(t.condition_column, ''))
            -- Columns of the built-in mapping that an existing table never had are reported by migrate.
            and position(format('null as %I', w.name) in coalesce((
                select p.prosrc from pg_catalog.pg_proc as p
                where p.oid = to_regprocedure(format('jira_sync.%I()', t.table_name || '_changed'))
            ), '')) > 0
    ) as c
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = relation and a.attname = c.name and a.attnum > 0 and not a.attisdropped
    );
    return query
    select named, format('the trigger %s is missing on %s, so changes are not seen%s', m.name, named, coalesce((
            select '; triggers of jira-sync are on ' || string_agg(distinct g.tgrelid::regclass::text, ', ')
            from pg_catalog.pg_trigger as g inner join pg_catalog.pg_proc as p on p.oid = g.tgfoid
            where p.pronamespace = 'jira_sync'::regnamespace and p.proname = t.table_name || '_changed'
                and g.tgrelid <> relation
        ), '')),
        'Restore it: jira-sync migrate'::text, true, true
    from jira_sync.expected_triggers(t.table_name) as m where not m.is_there;
    return query
    select named, format('the trigger %s is disabled on %s, so changes are not seen', e.name, named),
        'Restore it: jira-sync migrate'::text, true, true
    from jira_sync.expected_triggers(t.table_name) as e where e.is_there and not e.is_enabled;
    body := (
        select p.prosrc from pg_catalog.pg_proc as p
        where p.oid = to_regprocedure(format('jira_sync.%I()', t.table_name || '_changed'))
    );
    if body is distinct from
        jira_sync.trigger_source(t.table_name, t.watched_columns) then
        return query select named, format('the trigger function of %s is not the one that jira-sync installed', named),
            'Restore it: jira-sync migrate'::text, true, true;
    end if;
    if worker is not null then
        return query
        select named, format('the role jira_sync_worker may not read %s', named),
            format('grant select on %s to jira_sync_worker', named), true, false
        where not has_table_privilege(worker, relation, 'select');
        return query
        select named, format('the role jira_sync_worker may not update %s of %s', string_agg(quote_ident(a.attname), ', '), named),
            format('grant update (%s) on %s to jira_sync_worker', string_agg(quote_ident(a.attname), ', '), named), true, false
        from pg_catalog.pg_attribute as a
        where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attname = any(t.pull_columns)
            and not has_column_privilege(worker, relation, a.attnum, 'update')
        having count(*) > 0;
        return query
        select named, format('row-level security of %s hides rows from the role jira_sync_worker', named),
            format('create policy jira_sync_worker on %s for all to jira_sync_worker using (true) with check (true)', named),
            true, false
        from pg_catalog.pg_class as c
        where c.oid = relation and c.relrowsecurity and not exists (
            select from pg_catalog.pg_policy as p
            where p.polrelid = relation and p.polpermissive and p.polcmd in ('*', 'r')
                and (worker = any(p.polroles) or p.polroles = '{0}')
                and pg_get_expr(p.polqual, p.polrelid) = 'true'
        );
    end if;
end;
$$;
comment on function jira_sync.inspect_table(text) is 'Compares triggers, columns and rights of a table with what they should be.';

create or replace function jira_sync.inspect()
returns table (subject text, problem text, remedy text, is_error boolean) language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select i.subject, i.problem, i.remedy, i.is_error
    from jira_sync.tables as t cross join lateral jira_sync.inspect_table(t.table_name) as i;
    return query
    select 'installation'::text, format('%s objects are not as they were installed: %s', count(*),
            left(string_agg(coalesce(n.name, o.name), ', ' order by coalesce(n.name, o.name)), 500)),
        'Restore them: jira-sync migrate'::text, true
    from jsonb_each_text(jira_sync.checksums()) as n (name, sum)
    full join jsonb_each_text((select c.installed from jira_sync.control as c)) as o (name, sum) on o.name = n.name
    where n.sum is distinct from o.sum and (o.sum is not null or n.name like 'function %')
    having count(*) > 0;
    return query
    select 'sequences'::text, format('the sequence %s is nearly at its end, %s', s.sequencename, s.max_value),
        format('alter sequence jira_sync.%I as bigint no maxvalue', s.sequencename), true
    from pg_catalog.pg_sequences as s where s.schemaname = 'jira_sync' and s.last_value > s.max_value::numeric * 0.9;
    return query
    select 'settings'::text, format('session_replication_role is %s for %s, so triggers do not fire there', s.value,
            coalesce('the role ' || r.setrole::regrole::text, 'this database')),
        'Reset it: alter database or alter role … reset session_replication_role'::text, true
    from pg_catalog.pg_db_role_setting as r
    cross join lateral unnest(r.setconfig) as c (entry)
    cross join lateral (select split_part(c.entry, '=', 1) as name, split_part(c.entry, '=', 2) as value) as s
    where s.name = 'session_replication_role' and s.value = 'replica'
        and r.setdatabase in (0, (select d.oid from pg_catalog.pg_database as d where d.datname = current_database()));
    return query
    select 'locks'::text, format('process %s (%s%s) has locked %s%s, and jobs wait for it', l.pid,
            coalesce('role ' || a.usename, 'another role'), coalesce(', ' || nullif(a.application_name, ''), ''),
            l.relation::regclass, coalesce(' since ' || to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS "UTC"'), '')),
        format('End its transaction, or: select pg_terminate_backend(%s)', l.pid), true
    from pg_catalog.pg_locks as l
    inner join pg_catalog.pg_class as c on c.oid = l.relation and c.relnamespace = 'jira_sync'::regnamespace
    left join pg_catalog.pg_stat_activity as a on a.pid = l.pid
    where l.granted and l.pid <> pg_backend_pid() and c.relkind in ('r', 'p')
        and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
        and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
        and coalesce(a.xact_start, '-infinity') < clock_timestamp() - interval '10 seconds'
        and a.backend_type is distinct from 'autovacuum worker';
end;
$$;
comment on function jira_sync.inspect() is
'Compares the installation with what it should be: triggers, functions, columns, rights, settings, locks. Changes nothing.';

create or replace function jira_sync.record_inspection(after_failure boolean default false)
returns table (subject text, problem text, remedy text, is_error boolean) language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
#variable_conflict use_column
declare
    t jira_sync.tables; is_broken boolean; counted bigint; found record;
    fingerprints text[] := '{}';
begin
    for found in select i.* from jira_sync.inspect() as i loop
        fingerprints := fingerprints || ('installation:' || left(md5(found.subject || jira_sync.error_pattern(found.problem)), 16));
        if not exists (
            select from (
                select e.resolves from jira_sync.events as e
                where e.fingerprint = fingerprints[cardinality(fingerprints)] order by e.id desc limit 1
            ) as last where not last.resolves
        ) then
            perform jira_sync.emit(
                'installation', case when found.is_error then 'error' else 'warning' end,
                fingerprints[cardinality(fingerprints)], found.subject, found.problem, found.remedy
            );
        end if;
        subject := found.subject; problem := found.problem;
        remedy := found.remedy; is_error := found.is_error;
        return next;
    end loop;
    perform jira_sync.resolve_event('installation', o.fingerprint, 'This is repaired.')
    from (
        select distinct e.fingerprint from jira_sync.events as e
        where e.fingerprint like 'installation:%' and e.at > now() - interval '40 days'
    ) as o
    where o.fingerprint <> all(fingerprints);
    begin
        counted := (select case when u.is_called then u.last_value else 0 end from jira_sync.unrecorded_changes as u);
        after_failure := after_failure or counted > (select c.unrecorded_changes from jira_sync.control as c);
        update jira_sync.control as c set unrecorded_changes = counted where c.unrecorded_changes <> counted;
        for t in select * from jira_sync.tables as r order by r.table_name for update skip locked loop
            is_broken := exists (select from jira_sync.inspect_table(t.table_name) as i where i.hides_changes);
            if is_broken and t.broken_since is null then
                update jira_sync.tables as r set broken_since = clock_timestamp() where r.table_name = t.table_name;
            elsif not is_broken and (t.broken_since is not null or after_failure) then
                update jira_sync.tables as r set broken_since = null where r.table_name = t.table_name;
                insert into jira_sync.marks (table_name, kind, last_link_id)
                values (t.table_name, 'changed', (select max(l.id) from jira_sync.links as l));
            end if;
        end loop;
        if exists (select from jira_sync.marks) and not exists (
            select from jira_sync.jobs as j where j.key = 'full_sync' and j.args @> '{"marks": true}' and j.state <> 'dead'
        ) then
            insert into jira_sync.jobs (kind, priority, args) values ('full_sync', 1, '{"marks": true}');
        end if;
        -- Events whose channel could not be woken when they were written.
        perform jira_sync.wake_channels(array_agg(distinct d.channel))
    from jira_sync.deliveries as d having count(*) > 0;
    exception
        when others then
            -- The cause is one of the problems that were found. The next inspection does the rest.
            raise warning 'the inspection is not complete: %', sqlerrm;
            if after_failure then
                perform nextval('jira_sync.unrecorded_changes');
            end if;
    end;
end;
$$;
comment on function jira_sync.record_inspection(boolean) is
'Inspects, notifies people once of each problem, and reconciles what was missed; everything, where inspections failed.';
