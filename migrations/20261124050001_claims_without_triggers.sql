-- A claim changes the state of every job it takes, and a row-level trigger on the state, even one that does nothing for
-- them, made it dearer by a quarter. A job that dies, is rescued or revived gets a last_error or a run_at, a claim does not.

create or replace function jira_sync.jobs_state_changed()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
    worker_name text;
    row_path text;
begin
    begin
        if new.state = 'dead' then
            select l.file_path into row_path from jira_sync.links as l
            where l.file_audit_id = new.file_audit_id order by l.id desc limit 1;
            perform jira_sync.emit(
                kind => 'job_dead', severity => 'error',
                fingerprint => jira_sync.job_cause(new.kind, new.last_error),
                subject => coalesce(row_path, new.kind || ' job ' || new.id),
                message => format('A job of kind %s was given up: %s', new.kind,
                    coalesce(new.last_error, 'no error was recorded')),
                remedy => 'Put right what the error says, then try it again: select jira_sync.retry_dead()',
                file_audit_id => new.file_audit_id, job_id => new.id
            );
        end if;
        if old.state = 'running' and new.crashes > old.crashes then
            select w.name into worker_name from jira_sync.workers as w where w.incarnation = old.worker;
            -- Once for each worker, however many jobs it held.
            if not exists (
                select from jira_sync.events as e
                where e.kind = 'worker_lost' and e.details ->> 'incarnation' = old.worker::text
            ) then
                perform jira_sync.emit(
                    kind => 'worker_lost', severity => 'warning',
                    fingerprint => 'worker_lost:' || regexp_replace(coalesce(worker_name, ''), ':[0-9]+$', ''),
                    subject => 'worker ' || coalesce(worker_name, old.worker::text),
                    message => format('Worker %s was lost while it worked; others have taken over its jobs.',
                        coalesce(worker_name, old.worker::text)),
                    remedy => 'See its log and the machine it ran on: it was killed, ran out of memory, or lost the '
                        || 'database.',
                    job_id => new.id,
                    details => jsonb_build_object('incarnation', old.worker)
                );
            end if;
        end if;
        if old.state = 'dead' then
            perform jira_sync.resolve_gone();
        end if;
    exception
        when others then
            raise warning 'nobody will be told of job %: %', new.id, sqlerrm;
    end;
    return null;
end;
$$;

drop trigger jobs_state_changed on jira_sync.jobs;
create trigger jobs_state_changed after update of last_error, run_at on jira_sync.jobs
for each row
when (
    old.state is distinct from new.state
    and (
        new.state = 'dead' or old.state = 'dead'
        or (old.state = 'running' and new.crashes > old.crashes)
    )
)
execute function jira_sync.jobs_state_changed();

create function jira_sync.follow_backfill(job bigint)
returns void
language sql
set search_path = ''
as $$
    insert into jira_sync.jobs (kind, run_at, max_attempts, args)
    values (
        'report', clock_timestamp() + interval '2 s', 1000000,
        jsonb_build_object('backfill', jsonb_build_object('job', job, 'since', clock_timestamp()))
    );
$$;
comment on function jira_sync.follow_backfill(bigint) is
'Sees to it that people hear of a full_sync when all that it enqueued has run.';
revoke execute on function jira_sync.follow_backfill(bigint) from public;

do $$
declare
    grantee text;
begin
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        if exists (select from pg_catalog.pg_roles where rolname = grantee) then
            execute format('grant execute on function jira_sync.follow_backfill(bigint) to %I', grantee);
        end if;
    end loop;
end;
$$;

insert into jira_sync.migrations (version, name) values ('20261124050001', 'claims_without_triggers')
on conflict (version) do nothing;
