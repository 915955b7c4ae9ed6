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

insert into jira_sync.migrations (version, name) values ('20261127000005', 'what_is_over') on conflict do nothing;
