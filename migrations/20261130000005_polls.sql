-- How far each JIRA project was polled.

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
comment on table jira_sync.polls is 'How far the changes of each JIRA project were processed.';
comment on column jira_sync.polls.watermark is
'The newest JIRA change that has been processed, by JIRA''s clock in milliseconds since 1970. It moves only together with the '
'jobs that the change caused.';

insert into jira_sync.migrations (version, name) values ('20261130000005', 'polls')
on conflict (version) do nothing;
