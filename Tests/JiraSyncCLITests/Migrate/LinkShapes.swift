/// The tables that hold links, in the shape of the unreleased schema and in the present one, with rows of every kind.
enum LinkShapes {
  /// What `drop schema jira_sync cascade` removes.
  static let unreleased = """
    create schema jira_sync;
    create table jira_sync.migrations (version text primary key, name text not null, checksum text,
      applied_at timestamptz not null default now());
    insert into jira_sync.migrations (version, name) values ('20261122000001', 'queue');
    create table jira_sync.site (
      singleton boolean primary key default true check (singleton), base_url text not null,
      project_key text not null, deployment text not null, mapping jsonb not null default '{}',
      watched_columns text[] not null default '{}', bound_at timestamptz not null default now());
    insert into jira_sync.site (base_url, project_key, deployment, mapping)
      values ('https://example.atlassian.net', 'SCRSKY', 'cloud', '{"fields": []}');
    create table jira_sync.polls (
      project_key text primary key, watermark bigint,
      watermark_at timestamptz generated always as (to_timestamp(watermark / 1000.0)) stored,
      absolute_time boolean, last_error text);
    insert into jira_sync.polls (project_key, watermark, absolute_time, last_error)
      values ('SCRSKY', 1764374400123, true, 'old');
    create table jira_sync.links (
      id bigint generated always as identity primary key, file_audit_id bigint not null,
      file_path text not null, issue_id text, issue_key text, marker uuid,
      state text not null default 'creating', last_error text, issue_updated timestamptz,
      synced_at timestamptz, base jsonb, base_raw jsonb, write_token bigint,
      attempted_at timestamptz, looks integer not null default 0,
      created_at timestamptz not null default now(), missed_sweeps integer not null default 0,
      farewell text, released boolean not null default false, turns jsonb, ended_as text);
    insert into jira_sync.links (file_audit_id, file_path, issue_id, issue_key, marker, state,
      last_error, issue_updated, synced_at, base, base_raw, write_token, attempted_at, looks,
      created_at, missed_sweeps, farewell, released, turns, ended_as)
    values
      (1, 'src/ä"b\\c.swift', '10001', 'SCRSKY-1', '5dd2a9ca-52a4-4d07-a4b1-5c1ea4e5f6b1', 'linked',
        null, '2026-11-01 10:00:00.123456+00', '2026-11-02 10:00:00+00',
        '{"notes": "two\\nlines 😀", "number": 123456789012345678901234567890.12345678901234567890123}',
        '{"notes": "x"}', 77, '2026-11-01 09:00:00+00', 0, '2026-10-01 00:00:00+00', 1, null, true,
        '{"notes": 3}', null),
      (2, 'src/b.swift', null, null, '5dd2a9ca-52a4-4d07-a4b1-5c1ea4e5f6b2', 'create_unknown',
        'no answer', null, null, null, null, null, '2026-11-01 09:00:00+00', 4,
        '2026-10-01 00:00:00+00', 0, null, false, null, null),
      (3, 'src/c.swift', '10003', 'SCRSKY-3', null, 'row_gone', null, null, null, null, null, null,
        null, 0, '2026-10-01 00:00:00+00', 0, 'done', false, null, 'unlinked');
    create table jira_sync.conflicts (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(), file_audit_id bigint not null,
      issue_key text, field text not null, columns text[] not null, base jsonb, row_value jsonb,
      issue_value jsonb, policy text not null, winner text not null, job_id bigint,
      resolved_at timestamptz, resolved_by text, reason text, resolution text,
      resolution_value jsonb, applied_at timestamptz, issue_author text,
      issue_author_at timestamptz);
    insert into jira_sync.conflicts (at, file_audit_id, issue_key, field, columns, base, row_value,
      issue_value, policy, winner, job_id, reason)
    values
      ('2026-11-03 10:00:00+00', 1, 'SCRSKY-1', 'notes', '{notes,"a b"}', '"old"', '"row"',
        '"issue"', 'manual', 'nobody', 12, 'both_changed'),
      ('2026-11-03 11:00:00+00', 1, 'SCRSKY-1', 'notes', '{notes}', '1', '2', '3', 'row_wins',
        'row', 13, 'both_changed');
    """

  /// The same tables as the baseline has them.
  static let present = """
    create schema jira_sync;
    create table jira_sync.site (
      singleton boolean primary key default true check (singleton), base_url text not null,
      project_key text not null, deployment text not null, mapping jsonb not null default '{}',
      bound_at timestamptz not null default now());
    create table jira_sync.polls (
      project_key text primary key, watermark bigint,
      watermark_at timestamptz generated always as (to_timestamp(watermark / 1000.0)) stored,
      absolute_time boolean);
    create table jira_sync.links (
      id bigint generated always as identity primary key, table_name text not null,
      row_id text not null, label text not null, issue_id text, issue_key text, marker uuid,
      state text not null default 'creating', last_error text, issue_updated timestamptz,
      synced_at timestamptz, base jsonb, base_raw jsonb, write_token bigint,
      attempted_at timestamptz, creation_lookups integer not null default 0,
      created_at timestamptz not null default now(), missed_sweeps integer not null default 0,
      deletion_action text, released boolean not null default false, side_changes jsonb,
      ended_as text, constraint links_state_known check (state <> 'strange'));
    create unique index links_issue on jira_sync.links (issue_id);
    create table jira_sync.conflicts (
      id bigint generated always as identity, at timestamptz not null default clock_timestamp(),
      table_name text not null, row_id text not null, issue_key text, field text not null,
      columns text[] not null, base jsonb, row_value jsonb, issue_value jsonb,
      policy text not null, winner text not null, job_id bigint, resolved_at timestamptz,
      resolved_by text, reason text, resolution text, resolution_value jsonb,
      applied_at timestamptz, issue_author text, issue_author_at timestamptz,
      primary key (id, at)) partition by range (at);
    create table jira_sync.conflicts_rest partition of jira_sync.conflicts default;
    """
}
