-- A conflict may be won by neither side, but by a value that a person gave.

alter table jira_sync.conflicts
drop constraint conflicts_winner_known,
add constraint conflicts_winner_known check (winner in ('row', 'jira', 'value', 'nobody'));
comment on column jira_sync.conflicts.winner is
'row, jira, value (which a person gave to both), or nobody while a person has to decide.';

insert into jira_sync.migrations (version, name) values ('20261124010002', 'conflicts_of_a_third_value')
on conflict (version) do nothing;
