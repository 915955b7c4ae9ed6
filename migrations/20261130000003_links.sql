-- Links between rows and issues, and the record of what was written and of what was in conflict.

-- Indexes use these two functions, so they are versioned and not repeatable.
create function jira_sync.error_pattern(error text)
returns text language sql immutable parallel safe set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
    -- What differs from row to row is taken out: texts in quotes, paths, issue keys, numbers.
    select left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        left(error, 2000),
        '"[^"]*"|''[^'']*''|“[^”]*”', '…', 'g'),
        '\S*/\S*', '…', 'g'),
        '\m[A-Z][A-Z0-9_]+-[0-9]+\M', '…', 'g'),
        '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '#', 'g'), 500);
$$;
comment on function jira_sync.error_pattern(text) is 'The part of an error that all errors of the same cause share.';

create function jira_sync.row_fingerprint(error text)
returns text language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select 'row_refused:' || left(md5(jira_sync.error_pattern(error)), 16);
$$;
comment on function jira_sync.row_fingerprint(text) is 'The fingerprint of the incident of rows that are refused for one cause.';

create table jira_sync.links (
    id bigint generated always as identity primary key,
    table_name text not null default 'file_audit',
    row_id text not null,
    label text not null,
    issue_id text,
    issue_key text,
    project_key text generated always as (split_part(issue_key, '-', 1)) stored,
    marker uuid,
    state text not null default 'creating',
    last_error text,
    issue_updated timestamptz,
    synced_at timestamptz,
    base jsonb,
    base_raw jsonb,
    write_token bigint,
    attempted_at timestamptz,
    creation_lookups integer not null default 0,
    created_at timestamptz not null default now(),
    missed_sweeps integer not null default 0,
    deletion_action text,
    released boolean not null default false,
    side_changes jsonb,
    ended_as text,
    ended_at timestamptz,
    refused_since timestamptz,
    constraint links_state_known check (
        state in ('creating', 'create_unknown', 'held', 'linked', 'unlinked', 'issue_gone', 'row_gone')
    ),
    constraint links_linked_names_its_issue check (
        state <> 'linked' or (issue_id is not null and issue_key is not null)
    ),
    constraint links_unknown_has_its_marker check (state <> 'create_unknown' or marker is not null),
    constraint links_creation_lookups_not_negative check (creation_lookups >= 0),
    constraint links_deletion_action_known check (deletion_action in ('begun', 'done')),
    constraint links_ended_as_known check (ended_as in ('unlinked', 'issue_gone'))
);
-- One link for each row; the links of deleted rows stay as a record.
create unique index links_row on jira_sync.links (table_name, row_id) where state <> 'row_gone';
create unique index links_issue on jira_sync.links (issue_id);
create unique index links_marker on jira_sync.links (marker);
create index links_label on jira_sync.links (table_name, label);
create index links_gone on jira_sync.links (issue_id) where state = 'issue_gone';
create index links_fingerprint on jira_sync.links (jira_sync.row_fingerprint(last_error)) where last_error is not null;
comment on table jira_sync.links is 'Which row belongs to which issue, and the values on which both sides last agreed.';
comment on column jira_sync.links.label is
'What people call the row, as of the last sync. It tells the row from another one that took its id.';
comment on column jira_sync.links.issue_id is 'The id of the issue. It stays when the issue moves; the key may change.';
comment on column jira_sync.links.marker is
'Sent with the creation, so that an issue whose creation was not answered can be found.';
comment on column jira_sync.links.state is
'creating (begun, or refused with last_error), create_unknown (JIRA may have made the issue; a creation lookup searches it), '
'held (waits for approval), linked, unlinked (a person said so: never made again), issue_gone, row_gone.';
comment on column jira_sync.links.last_error is 'What prevents the sync, with the column and the field; null where nothing does.';
comment on column jira_sync.links.issue_updated is 'The issue''s `updated` when it was last read.';
comment on column jira_sync.links.base is 'For each field, the value on which both sides last agreed.';
comment on column jira_sync.links.base_raw is 'For each column, the value of the row at that time.';
comment on column jira_sync.links.write_token is
'The fencing token in the issue''s property when it was last read. Another token there is a write of ours that was not recorded.';
comment on column jira_sync.links.project_key is 'The project of the issue, from its key.';
comment on column jira_sync.links.synced_at is 'When row and issue were last found or made equal.';
comment on column jira_sync.links.attempted_at is 'When a creation was last sent.';
comment on column jira_sync.links.creation_lookups is 'How often a creation without an answer was searched for.';
comment on column jira_sync.links.missed_sweeps is 'How many sweeps in a row did not find the issue: two make it count as gone.';
comment on column jira_sync.links.deletion_action is
'The deletion action at the issue of a deleted row, as on_row_deleted says: begun, or done.';
comment on column jira_sync.links.released is 'The issue was released: a row that is loaded again gets another one.';
comment on column jira_sync.links.side_changes is
'For each field, which side was written last and when the side changed; detects oscillation.';
comment on column jira_sync.links.ended_at is 'When the row was deleted: of several links of a label, the last is taken up again.';
comment on column jira_sync.links.refused_since is 'Since when JIRA refuses the issue as a whole; tried again after polls.';
comment on column jira_sync.links.ended_as is
'The state before the row was deleted: unlinked or issue_gone, restored if the row comes back; else null.';

-- changes, conflicts and events have one partition for each month; maintain() makes and drops them.
create sequence jira_sync.changes_id_seq;
create table jira_sync.changes (
    id bigint not null default nextval('jira_sync.changes_id_seq'),
    at timestamptz not null default clock_timestamp(),
    table_name text not null default 'file_audit',
    row_id text not null,
    issue_key text,
    side text not null,
    field text not null,
    mapping_field text,
    old_value jsonb,
    new_value jsonb,
    job_id bigint,
    worker uuid,
    cause text,
    author text,
    author_at timestamptz,
    primary key (id, at),
    constraint changes_side_known check (side in ('row', 'jira'))
) partition by range (at);
alter sequence jira_sync.changes_id_seq owned by jira_sync.changes.id;
create index changes_row on jira_sync.changes (table_name, row_id, at);
create index changes_at on jira_sync.changes (at);
create table jira_sync.changes_default partition of jira_sync.changes default;
comment on table jira_sync.changes is 'Every value that was written, on either side.';
comment on column jira_sync.changes.cause is
'Why it was written: created, row_changed, jira_changed, resolved, decided (by a person), or the reason of a conflict and '
'the side that won, such as "both_changed: row_wins".';
comment on column jira_sync.changes.author is
'The person that changed the value in JIRA, where a row was written from there and JIRA tells; null for changes of the row.';

create sequence jira_sync.conflicts_id_seq;
create table jira_sync.conflicts (
    id bigint not null default nextval('jira_sync.conflicts_id_seq'),
    at timestamptz not null default clock_timestamp(),
    table_name text not null default 'file_audit',
    row_id text not null,
    issue_key text,
    field text not null,
    columns text[] not null,
    base jsonb,
    row_value jsonb,
    issue_value jsonb,
    policy text not null,
    winner text not null,
    job_id bigint,
    reason text,
    issue_author text,
    issue_author_at timestamptz,
    resolution text,
    resolution_value jsonb,
    resolved_at timestamptz,
    resolved_by text,
    applied_at timestamptz,
    primary key (id, at),
    constraint conflicts_policy_known check (policy in ('row_wins', 'jira_wins', 'manual')),
    constraint conflicts_winner_known check (winner in ('row', 'jira', 'value', 'open')),
    constraint conflicts_resolution_known check (
        resolution in ('row', 'jira', 'value', 'agreed', 'superseded')
    ),
    constraint conflicts_resolution_has_its_time check (resolution is null or resolved_at is not null),
    constraint conflicts_value_has_its_value check (resolution <> 'value' or resolution_value is not null)
) partition by range (at);
alter sequence jira_sync.conflicts_id_seq owned by jira_sync.conflicts.id;
create index conflicts_row on jira_sync.conflicts (table_name, row_id, at);
create index conflicts_at on jira_sync.conflicts (at);
-- Both are small: they hold only conflicts that wait for a person or for a worker.
create index conflicts_open on jira_sync.conflicts (at) where winner = 'open' and resolved_at is null;
create index conflicts_live on jira_sync.conflicts (table_name, row_id) where winner = 'open' and applied_at is null;
create table jira_sync.conflicts_default partition of jira_sync.conflicts default;
comment on table jira_sync.conflicts is
'Both sides changed the same field: both values, and which side won. An open conflict waits for a person.';
comment on column jira_sync.conflicts.winner is
'row, jira, value (which a person gave to both sides), or open while a person has to decide.';
comment on column jira_sync.conflicts.reason is
'How it arose: both_changed, first_meeting, follower_changed (a side that only follows was edited), formatting (JIRA''s text '
'cannot be written back as it is) or cut (JIRA holds only the beginning of the row''s text).';
comment on column jira_sync.conflicts.resolution is
'What was decided: row, jira or value; or why nothing is left to decide: agreed (both sides are equal) or superseded (a side '
'changed again: a newer conflict has the values).';
comment on column jira_sync.conflicts.resolution_value is
'For value: the value for both sides, as the column holds it; an object by column where there are several.';
comment on column jira_sync.conflicts.applied_at is 'When both sides had the decided value.';

create table jira_sync.suspended_fields (
    table_name text not null default 'file_audit',
    row_id text not null,
    field text not null,
    issue_key text,
    side_changes integer not null,
    suspended_at timestamptz not null default clock_timestamp(),
    suspended_until timestamptz not null,
    primary key (table_name, row_id, field)
);
comment on table jira_sync.suspended_fields is
'Fields that oscillated: row and issue overwrote each other again and again. They are not synced for a while.';

insert into jira_sync.migrations (version, name) values ('20261130000003', 'links')
on conflict (version) do nothing;
