-- What looks at JIRA by itself: how far each project was polled, which issues were missed by a sweep; and what people
-- can say of a conflict, and of a field that went to and fro.

-- ---------------------------------------------------------------------------------------------------------
-- Poll and sweep
-- ---------------------------------------------------------------------------------------------------------

create table jira_sync.polls (
    project_key text primary key,
    watermark bigint,
    watermark_at timestamptz generated always as (to_timestamp(watermark / 1000.0)) stored,
    absolute_time boolean,
    last_started_at timestamptz,
    last_finished_at timestamptz,
    failing_since timestamptz,
    last_error text,
    issues_seen bigint not null default 0,
    jobs_enqueued bigint not null default 0,
    swept_at timestamptz,
    sweep_error text,
    issues_missed bigint not null default 0
);
comment on table jira_sync.polls is 'How far each project of JIRA was looked through for changes.';
comment on column jira_sync.polls.watermark is
'The newest `updated` that was seen, by JIRA''s own clock in milliseconds since 1970; moves only together with the jobs '
'that it caused.';
comment on column jira_sync.polls.watermark_at is 'The same as a time.';
comment on column jira_sync.polls.absolute_time is
'Whether the site understands milliseconds since 1970 in a search; null until that was tried.';
comment on column jira_sync.polls.last_started_at is 'When a poll last began, by the database''s clock.';
comment on column jira_sync.polls.last_finished_at is 'When a poll last came to its end.';
comment on column jira_sync.polls.failing_since is 'Since when polls fail; null while they succeed.';
comment on column jira_sync.polls.last_error is 'Why the last poll did not come to its end.';
comment on column jira_sync.polls.issues_seen is 'How many issues the last poll was shown.';
comment on column jira_sync.polls.jobs_enqueued is 'How many of them differed from what was agreed on.';
comment on column jira_sync.polls.swept_at is 'When a sweep last came to its end.';
comment on column jira_sync.polls.sweep_error is 'Why the last sweep believed nothing of what it saw.';
comment on column jira_sync.polls.issues_missed is 'How many linked issues the last sweep did not find.';

alter table jira_sync.links
add column missed_sweeps integer not null default 0,
add column farewell text,
add column released boolean not null default false,
add column turns jsonb,
add constraint links_farewell_known check (farewell in ('begun', 'done'));
comment on column jira_sync.links.missed_sweeps is
'How many sweeps in a row found no issue: two make it count as gone.';
comment on column jira_sync.links.farewell is
'What was to be done at the issue of a deleted row by on_row_deleted: begun, or done.';
comment on column jira_sync.links.released is 'The issue was let go: a row that is loaded again gets another.';
comment on column jira_sync.links.turns is
'Per field, which side was written last and when it changed sides, for the breaker.';
create index links_gone on jira_sync.links (issue_id) where state = 'issue_gone';

-- ---------------------------------------------------------------------------------------------------------
-- Changes and conflicts: who, when, from what to what, and why
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.changes
add column mapping_field text,
add column cause text;
comment on column jira_sync.changes.field is 'The column, or the name of the field in the mapping where JIRA was written.';
comment on column jira_sync.changes.mapping_field is 'The name of the field in the mapping.';
comment on column jira_sync.changes.cause is
'Why it was written: created, row_changed, jira_changed, resolved, decided (by a person), or the reason of a conflict and '
'who won it, such as "both_changed: row_wins".';

alter table jira_sync.conflicts
add column reason text,
add column resolution text,
add column resolution_value jsonb,
add column applied_at timestamptz,
add constraint conflicts_resolution_known check (
    resolution in ('row', 'jira', 'value', 'agreed', 'superseded')
),
add constraint conflicts_resolution_has_its_time check (resolution is null or resolved_at is not null),
add constraint conflicts_value_has_its_value check (resolution <> 'value' or resolution_value is not null);
create index conflicts_live on jira_sync.conflicts (file_audit_id)
where winner = 'nobody' and applied_at is null;
comment on column jira_sync.conflicts.reason is
'How it came about: both_changed, first_meeting, follower_changed (the side that only follows was edited), formatting '
'(JIRA''s text cannot be written back as it is) or cut (JIRA holds only the beginning of the row''s text).';
comment on column jira_sync.conflicts.policy is 'The policy of the field: row_wins, jira_wins or manual.';
comment on column jira_sync.conflicts.resolved_at is 'When a person decided it, or it became void.';
comment on column jira_sync.conflicts.resolved_by is 'Who decided it.';
comment on column jira_sync.conflicts.resolution is
'What was decided: row, jira or value; or why there is nothing to decide any more: agreed (both sides say the same) or '
'superseded (a side changed again: a newer conflict has the values).';
comment on column jira_sync.conflicts.resolution_value is
'For value: what both sides shall say, as the column holds it; an object by column where there are several.';
comment on column jira_sync.conflicts.applied_at is 'When both sides said what was decided.';

create function jira_sync.resolve_conflict(
    conflict bigint, resolution text, value jsonb default null, decided_by text default current_user
)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    found_conflict jira_sync.conflicts;
    waiting text;
begin
    if resolution is null or resolution not in ('row', 'jira', 'value') then
        raise exception 'a conflict is resolved with row, jira or value, not with %', coalesce(resolution, 'null') using
            errcode = 'invalid_parameter_value',
            hint = 'select jira_sync.resolve_conflict(' || conflict || ', ''row'')';
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
    if found_conflict.winner <> 'nobody' or found_conflict.applied_at is not null then
        waiting := case
            when found_conflict.winner = 'nobody' then 'is void: ' || found_conflict.resolution
            else 'was won by ' || found_conflict.winner
        end;
        raise exception 'conflict % waits for nobody: it %', conflict, waiting using
            errcode = 'object_not_in_prerequisite_state',
            hint = 'Conflicts that wait: select * from jira_sync.conflicts '
                || 'where winner = ''nobody'' and resolved_at is null';
    end if;
    -- The values stay as they are until a worker has written the one that was chosen to both sides.
    update jira_sync.conflicts as c
    set resolution = resolve_conflict.resolution, resolution_value = resolve_conflict.value,
        resolved_at = clock_timestamp(), resolved_by = decided_by
    where c.id = conflict;
    perform jira_sync.resolve_event(
        'conflict', 'conflict:' || found_conflict.file_audit_id || ':' || found_conflict.field,
        decided_by || ' decided: ' || resolution
    );
    return jira_sync.enqueue('sync', found_conflict.file_audit_id);
end;
$$;
comment on function jira_sync.resolve_conflict(bigint, text, jsonb, text) is
'Decides a conflict that waits: row, jira, or value with the value as the column holds it. The next run writes it to both '
'sides, unless one of them changed since. Returns the id of the job.';

-- ---------------------------------------------------------------------------------------------------------
-- The breaker
-- ---------------------------------------------------------------------------------------------------------

create table jira_sync.parked_fields (
    file_audit_id bigint not null,
    field text not null,
    issue_key text,
    turns integer not null,
    parked_at timestamptz not null default clock_timestamp(),
    parked_until timestamptz not null,
    primary key (file_audit_id, field)
);
comment on table jira_sync.parked_fields is
'Fields that went to and fro between row and issue and are left alone for a while: something answers every write.';
comment on column jira_sync.parked_fields.field is 'The name of the field in the mapping.';
comment on column jira_sync.parked_fields.turns is 'How often it changed sides within the window.';
comment on column jira_sync.parked_fields.parked_until is 'When it is tried again by itself; unpark() does it at once.';

create function jira_sync.unpark(file_audit_id bigint, field text default null)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    freed text[];
begin
    with gone as (
        delete from jira_sync.parked_fields as p
        where p.file_audit_id = unpark.file_audit_id and p.field = coalesce(unpark.field, p.field)
        returning p.field
    )
    select array_agg(g.field) into freed from gone as g;
    if freed is null then
        return null;
    end if;
    update jira_sync.links as l set turns = l.turns - freed
    where l.file_audit_id = unpark.file_audit_id and l.state <> 'row_gone';
    perform jira_sync.resolve_event(
        'breaker_tripped', 'breaker:' || unpark.file_audit_id || ':' || f.name, 'it is synced again'
    )
    from unnest(freed) as f (name);
    return jira_sync.enqueue('sync', unpark.file_audit_id);
end;
$$;
comment on function jira_sync.unpark(bigint, text) is
'Ends the parking of one field of a row, or of all; returns the id of the job that syncs it, null where none was parked.';

-- ---------------------------------------------------------------------------------------------------------
-- An UPDATE of file_audit.id is, for links and jobs, a row that goes and one that comes, of one path
-- ---------------------------------------------------------------------------------------------------------

create function jira_sync.file_audit_renumbered()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
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
comment on function jira_sync.file_audit_renumbered() is 'Trigger: a row got another id.';

-- For each row, since only such a trigger can name a column: it costs statements nothing that leave the id alone.
create trigger jira_sync_renumbered after update of id on public.file_audit
for each row when (old.id is distinct from new.id) execute function jira_sync.file_audit_renumbered();

-- ---------------------------------------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------------------------------------

alter table jira_sync.polls enable row level security;
alter table jira_sync.parked_fields enable row level security;

revoke execute on all functions in schema jira_sync from public;

do $$
declare
    grantee text;
    relation text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            foreach relation in array array['polls', 'parked_fields'] loop
                execute format('grant select, insert, update, delete on jira_sync.%I to %I', relation, grantee);
                execute format(
                    'create policy %I on jira_sync.%I for all to %I using (true) with check (true)',
                    grantee, relation, grantee
                );
            end loop;
            execute format('grant execute on all functions in schema jira_sync to %I', grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124010001', 'polls')
on conflict (version) do nothing;
