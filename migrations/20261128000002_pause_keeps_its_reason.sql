-- Who pauses what is paused already, and does not say why, leaves the reason that somebody gave.

create or replace function jira_sync.pause(reason text default 'paused by hand')
returns void
language sql
set search_path = ''
as $$
    update jira_sync.control
    set
        paused_at = coalesce(paused_at, now()),
        pause_reason = case
            when paused_at is not null and reason = 'paused by hand' then coalesce(pause_reason, reason)
            else reason
        end;
$$;

insert into jira_sync.migrations (version, name) values ('20261128000002', 'pause_keeps_its_reason')
on conflict do nothing;
