-- Who changed in JIRA what came to the row, as JIRA's own history has it.

alter table jira_sync.changes
add column author text,
add column author_at timestamptz;
comment on column jira_sync.changes.author is
'Who changed it in JIRA, where a row was written from there and JIRA tells; null for what was changed in the row.';
comment on column jira_sync.changes.author_at is 'When, by JIRA''s clock.';

alter table jira_sync.conflicts
add column issue_author text,
add column issue_author_at timestamptz;
comment on column jira_sync.conflicts.issue_author is 'Who gave the issue its value, where JIRA tells.';
comment on column jira_sync.conflicts.issue_author_at is 'When, by JIRA''s clock.';

insert into jira_sync.migrations (version, name) values ('20261124010003', 'authors_in_jira')
on conflict (version) do nothing;
