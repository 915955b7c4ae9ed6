-- What reports are made of.

create view jira_sync.debt_spans
with (security_invoker = true)
as
-- Columns by name through jsonb: a table that was there before may lack any of them.
select
    r.id as file_audit_id,
    r.file_path,
    r.layer,
    r.workflows,
    r.debt_text,
    l.issue_key,
    l.created_at as linked_at,
    -- What was there when the system came is no growth.
    case
        when l.created_at is null or l.created_at < s.bound_at + interval '1 hour' then '-infinity'
        else l.created_at
    end as opened_at,
    case when not r.has_debt then coalesce(c.closed_at, l.synced_at, l.created_at) end as closed_at
from (
    select
        f.id,
        j.doc ->> 'file_path' as file_path,
        coalesce(nullif(j.doc ->> 'layer_name', ''), 'no layer') as layer,
        case when jsonb_typeof(j.doc -> 'workflows') = 'array' then j.doc -> 'workflows' else '[]' end as workflows,
        j.doc ->> 'technical_debt' as debt_text,
        coalesce(f.has_technical_debt, false) as has_debt
    from public.file_audit as f
    cross join lateral (select to_jsonb(f) as doc) as j
) as r
left join lateral (
    select k.issue_key, k.created_at, k.synced_at from jira_sync.links as k
    where k.file_audit_id = r.id and k.state <> 'row_gone' limit 1
) as l on true
left join lateral (
    select max(k.at) as closed_at from jira_sync.changes as k
    where not r.has_debt and k.file_audit_id = r.id and k.field in ('has_technical_debt', 'audit_status')
) as c on true
left join jira_sync.site as s on s.singleton
where r.has_debt or l.created_at is not null;
comment on view jira_sync.debt_spans is
'Since when each row has debt, and until when it had: from its link to the last change of its status. '
'Rows that nobody has linked, and those of the first hour, count as having had it always.';

do $$
declare
    grantee text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant select on jira_sync.debt_spans to %I', grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124040002', 'reports')
on conflict (version) do nothing;
