-- Rows with their links, and decisions of people about conflicts and suspended fields.

create or replace function jira_sync.row_may_exist(named_table text, row_id text)
returns boolean language plpgsql stable security definer
-- Postgres then raises an error instead of hiding rows.
set search_path = pg_catalog, pg_temp set row_security = off as $$
declare
    found boolean;
begin
    execute (
        select case
            when c.relkind in ('r', 'p') and not c.relrowsecurity then 'select false'
            when jira_sync.is_trusted(c.oid) then format('select exists (select from %I.%I as f where f.%I = $1::%s)',
                t.schema_name, t.relation_name, t.key_column, format_type(a.atttypid, null))
        end
        from jira_sync.tables as t
        inner join pg_catalog.pg_class as c on c.oid = to_regclass(format('%I.%I', t.schema_name, t.relation_name))
        inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = t.key_column
        where t.table_name = named_table
    ) into found using row_id;
    return coalesce(found, true);
exception
    when invalid_text_representation or numeric_value_out_of_range then
        return false; -- no row can have such a key
    when others then
        return true; -- it is unknown whether the row exists
end;
$$;
comment on function jira_sync.row_may_exist(text, text) is
'Whether a row exists, or may exist and cannot be seen. It counts as absent only where this is false.';

create or replace function jira_sync.rows_with_links(named_table text, row_ids text[])
returns table (
    row_id text, content jsonb, is_hidden boolean, link_id bigint, state text, label text, issue_id text, issue_key text,
    marker uuid, last_error text, base jsonb, creation_lookups integer, write_token bigint, side_changes jsonb,
    deletion_action text, issue_updated bigint, read_at double precision, conflicts jsonb, suspended jsonb,
    since_attempt double precision
)
language plpgsql
set search_path = pg_catalog, pg_temp set jit = off set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    return query
    select
        u.id, f.content, case when f.content is null then jira_sync.row_may_exist(named_table, u.id) else false end,
        l.id, l.state, l.label, l.issue_id, l.issue_key, l.marker, l.last_error, l.base, l.creation_lookups,
        l.write_token, l.side_changes, l.deletion_action, round(extract(epoch from l.issue_updated) * 1000)::bigint,
        extract(epoch from clock_timestamp())::float8,
        (
            select jsonb_agg(jsonb_build_object(
                'id', c.id, 'field', c.field, 'row', c.row_value, 'issue', c.issue_value,
                'resolution', c.resolution, 'value', c.resolution_value
            ) order by c.id)
            from jira_sync.conflicts as c
            where c.table_name = named_table and c.row_id = u.id and c.winner = 'open' and c.applied_at is null
        ),
        (
            select jsonb_object_agg(
                p.field, 'changed sides ' || p.side_changes || ' times, so it is suspended until '
                || to_char(p.suspended_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
                || ' UTC. Find what answers every write, then: select jira_sync.resume_field('
                || quote_literal(p.row_id) || ', ' || quote_literal(p.field) || ')'
            )
            from jira_sync.suspended_fields as p
            where p.table_name = named_table and p.row_id = u.id and p.suspended_until > clock_timestamp()
        ),
        extract(epoch from clock_timestamp() - l.attempted_at)::float8
    from unnest(row_ids) as u (id)
    -- One lookup for each row: a kept plan may have been made for empty tables, and would read all of them.
    left join lateral (
        select to_jsonb(f) as content from public.file_audit as f
        where f.id = case when u.id ~ '^-?[0-9]{1,18}$' then u.id::bigint end limit 1
    ) as f on true
    left join lateral (
        select k.* from jira_sync.links as k
        where k.table_name = named_table and k.row_id = u.id and k.state <> 'row_gone' limit 1
    ) as l on true;
end;
$$;
comment on function jira_sync.rows_with_links(text, text[]) is
'What a run reads of its rows: the row, its link, its open conflicts and its suspended fields.';

create or replace function jira_sync.resolve_conflict(
    conflict bigint, resolution text, value jsonb default null, decided_by text default current_user
)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_conflict jira_sync.conflicts; waiting text;
begin
    if resolution is null or resolution not in ('row', 'jira', 'value') then
        raise exception 'a conflict is resolved with row, jira or value, not with %', coalesce(resolution, 'null') using
            errcode = 'invalid_parameter_value', hint = 'select jira_sync.resolve_conflict(' || conflict || ', ''row'')';
    end if;
    if (resolution = 'value') <> (value is not null) then
        raise exception 'a value goes with the resolution value, and only with it' using
            errcode = 'invalid_parameter_value',
            hint = 'select jira_sync.resolve_conflict(' || conflict || ', ''value'', ''"the text"'')';
    end if;
    select c.* into found_conflict from jira_sync.conflicts as c where c.id = conflict for update;
    if not found then
        raise exception 'there is no conflict %', conflict using
            errcode = 'no_data_found', hint = 'select * from jira_sync.conflicts where resolved_at is null';
    end if;
    if found_conflict.winner <> 'open' or found_conflict.applied_at is not null then
        waiting := case
            when found_conflict.winner = 'open' then 'is void: ' || found_conflict.resolution
            else 'was won by ' || found_conflict.winner
        end;
        raise exception 'conflict % is not open: it %', conflict, waiting using
            errcode = 'object_not_in_prerequisite_state', hint = 'Open conflicts: select * from jira_sync.conflicts '
                || 'where winner = ''open'' and resolved_at is null';
    end if;
    -- The conflict stays in force until a worker has written the chosen value to both sides.
    update jira_sync.conflicts as c
    set resolution = resolve_conflict.resolution, resolution_value = resolve_conflict.value,
        resolved_at = clock_timestamp(), resolved_by = decided_by
    where c.id = conflict;
    perform jira_sync.resolve_event(
        'conflict', 'conflict:' || found_conflict.table_name || ':' || found_conflict.row_id || ':' || found_conflict.field,
        decided_by || ' decided: ' || resolution
    );
    return jira_sync.enqueue('sync', found_conflict.row_id, found_conflict.table_name);
end;
$$;
comment on function jira_sync.resolve_conflict(bigint, text, jsonb, text) is
'Resolves an open conflict with row, jira or a value (as the column holds it), unless a side changed since; returns the job.';

create or replace function jira_sync.resume_field(row_id text, field text default null, table_name text default 'file_audit')
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    freed text[];
begin
    with gone as (
        delete from jira_sync.suspended_fields as p
        where p.table_name = resume_field.table_name and p.row_id = resume_field.row_id
            and p.field = coalesce(resume_field.field, p.field)
        returning p.field
    )
    select array_agg(g.field) into freed from gone as g;
    if freed is null then
        return null;
    end if;
    update jira_sync.links as l set side_changes = l.side_changes - freed
    where l.table_name = resume_field.table_name and l.row_id = resume_field.row_id and l.state <> 'row_gone';
    perform jira_sync.resolve_event(
        'breaker_tripped', 'breaker:' || resume_field.table_name || ':' || resume_field.row_id || ':' || f.name,
        'it is synced again'
    )
    from unnest(freed) as f (name);
    return jira_sync.enqueue('sync', resume_field.row_id, resume_field.table_name);
end;
$$;
comment on function jira_sync.resume_field(text, text, text) is
'Syncs a suspended field of a row again, or all of them; returns the id of the job, null where none was suspended.';
