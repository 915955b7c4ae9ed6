-- The synced tables: the built-in public.file_audit, the registry of tables, and the marks of the triggers.

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

do $$
declare
    found_kind "char" := (select c.relkind from pg_catalog.pg_class as c where c.oid = to_regclass('public.file_audit'));
    missing text[];
begin
    if found_kind not in ('r', 'p') then
        raise exception 'public.file_audit is not an ordinary table but %', case found_kind
            when 'v' then 'a view' when 'm' then 'a materialized view' when 'f' then 'a foreign table'
            else 'another kind of relation' end
        using errcode = 'wrong_object_type',
            hint = 'Triggers find the changes, and they need a table. Rename the relation, or sync the table behind it.';
    end if;
    select coalesce(array_agg(e.name), '{}') into missing
    from unnest(array['id', 'file_path', 'has_technical_debt']) as e (name)
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = 'public.file_audit'::regclass and a.attname = e.name and not a.attisdropped
    );
    if cardinality(missing) > 0 then
        raise exception 'public.file_audit exists but lacks %', array_to_string(missing, ', ') using
            errcode = 'undefined_column',
            hint = 'The table is left as it is. Add id, file_path and has_technical_debt, then migrate again.';
    end if;
    -- The indexes are for a table that was made just now: an existing one keeps the indexes that it has.
    -- A table of another owner is not read: his code (policies, expressions of indexes) would run with the installer's rights.
    if exists (
        select from pg_catalog.pg_class as c
        where c.oid = 'public.file_audit'::regclass and c.relowner <> current_user::regrole
    ) or exists (
        select from pg_catalog.pg_index as i where i.indrelid = 'public.file_audit'::regclass and not i.indisunique
    ) then
        return;
    end if;
    if not exists (select from public.file_audit) then
        begin
            create index if not exists idx_file_audit_layer_number on public.file_audit (layer_number);
            create index if not exists idx_file_audit_audit_status on public.file_audit (audit_status);
            create index if not exists idx_file_audit_has_technical_debt on public.file_audit (has_technical_debt);
        exception
            when undefined_column then
                null; -- the table was there, with other columns
        end;
    end if;
end;
$$;

create table jira_sync.tables (
    table_name text primary key check (table_name ~ '^[a-z][a-z0-9_]*$'),
    schema_name text not null,
    relation_name text not null,
    key_column text not null,
    label_column text not null,
    condition_column text,
    watched_columns text[] not null default '{}',
    pull_columns text[] not null default '{}',
    full_sync_at timestamptz,
    broken_since timestamptz,
    unique (schema_name, relation_name)
);
comment on table jira_sync.tables is 'The synced tables. Triggers on each of them enqueue jobs.';
comment on column jira_sync.tables.watched_columns is 'The mapped columns. A change of any of them enqueues a job.';
comment on column jira_sync.tables.broken_since is
'Since when inspect() finds that changes of the table may be missed. Its linked rows are synced once that is repaired.';
insert into jira_sync.tables (
    table_name, schema_name, relation_name, key_column, label_column, condition_column, watched_columns, pull_columns
)
values (
    'file_audit', 'public', 'file_audit', 'id', 'file_path', 'has_technical_debt',
    array[
        'file_number', 'file_path', 'file_name', 'layer_number', 'layer_name', 'status', 'workflows',
        'has_technical_debt', 'technical_debt', 'audit_status', 'audit_date', 'audited_by', 'notes'
    ],
    array[
        'workflows', 'has_technical_debt', 'technical_debt', 'jira_tickets', 'audit_status', 'audit_date', 'audited_by',
        'notes'
    ]
);

create table jira_sync.marks (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    table_name text not null,
    kind text not null check (kind in ('changed', 'deleted', 'truncated')),
    row_ids text[],
    reason text,
    last_link_id bigint,
    done_link_id bigint not null default 0
);
comment on table jira_sync.marks is
'Changes without a job of their own: mass deletions, and what could not be enqueued. reconcile_marks() makes jobs of them.';
comment on column jira_sync.marks.kind is 'What happened to the rows: changed, deleted or truncated.';
comment on column jira_sync.marks.last_link_id is 'For the whole table: links with a greater id came later.';
comment on column jira_sync.marks.done_link_id is 'For the whole table: links up to this id have been turned into jobs.';

create sequence jira_sync.unrecorded_changes;
comment on sequence jira_sync.unrecorded_changes is
'Counts changes for which not even a mark could be written; record_inspection() then marks every table.';

insert into jira_sync.migrations (version, name) values ('20261130000002', 'tables')
on conflict (version) do nothing;
