-- What a run reads of its rows: a function, since its plan is kept for as long as a session lasts. Parsed and planned for
-- each run it took longer than the reading itself, between a COMMIT and the first call to JIRA.

create function jira_sync.rows_with_links(ids bigint[])
returns table (
    row_id bigint,
    content jsonb,
    link_id bigint,
    state text,
    file_path text,
    issue_id text,
    issue_key text,
    marker uuid,
    last_error text,
    base jsonb,
    looks integer,
    write_token bigint,
    turns jsonb,
    farewell text,
    issue_updated bigint,
    read_at double precision,
    conflicts jsonb,
    parked jsonb,
    since_attempt double precision
)
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    select
        u.id,
        f.content,
        l.id,
        l.state,
        l.file_path,
        l.issue_id,
        l.issue_key,
        l.marker,
        l.last_error,
        l.base,
        l.looks,
        l.write_token,
        l.turns,
        l.farewell,
        round(extract(epoch from l.issue_updated) * 1000)::bigint,
        extract(epoch from clock_timestamp())::float8,
        (
            select jsonb_agg(jsonb_build_object(
                'id', c.id, 'field', c.field, 'row', c.row_value, 'issue', c.issue_value,
                'resolution', c.resolution, 'value', c.resolution_value
            ) order by c.id)
            from jira_sync.conflicts as c
            where c.file_audit_id = u.id and c.winner = 'nobody' and c.applied_at is null
        ),
        (
            select jsonb_object_agg(
                p.field,
                'changed sides ' || p.turns || ' times, so it is left alone until '
                || to_char(p.parked_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
                || ' UTC. Find what answers every write, then: select jira_sync.unpark('
                || p.file_audit_id || ', ' || quote_literal(p.field) || ')'
            )
            from jira_sync.parked_fields as p
            where p.file_audit_id = u.id and p.parked_until > clock_timestamp()
        ),
        extract(epoch from clock_timestamp() - l.attempted_at)::float8
    from unnest(rows_with_links.ids) as u (id)
    -- One look for each row: a plan that is kept may have been made for empty tables, and would read all of them.
    left join lateral (
        select to_jsonb(f) as content from public.file_audit as f where f.id = u.id limit 1
    ) as f on true
    left join lateral (
        select k.* from jira_sync.links as k where k.file_audit_id = u.id and k.state <> 'row_gone' limit 1
    ) as l on true;
end;
$$;
comment on function jira_sync.rows_with_links(bigint[]) is
'What a run reads of its rows: the row, its link, and what people have to decide about it.';
revoke execute on function jira_sync.rows_with_links(bigint[]) from public;

do $$
declare
    grantee text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant execute on function jira_sync.rows_with_links(bigint[]) to %I', grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261128000003', 'rows_with_links') on conflict do nothing;
