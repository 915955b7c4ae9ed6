-- Who may do what, each right by name, and the settings of all functions. `jira-sync migrate` applies this file after every
-- change of another one. docs/security.md explains it, and a test compares the catalog with it.

do $$
declare
    grantee text; entry text[]; relation text;
    -- Role, rights, relations.
    relation_rights constant text[][] := array[
        ['jira_sync_worker', 'select', 'migrations repeatable_migrations control workers job_history tables marks rate_limits '
            'circuit jira_sessions schedules events channels deliveries schedule_list status'],
        ['jira_sync_worker', 'select, insert', 'changes'],
        ['jira_sync_worker', 'select, insert, update', 'links suspended_fields polls'],
        ['jira_sync_worker', 'select, insert, update (args, state, attempt, crashes, run_at, priority, last_error)', 'jobs'],
        ['jira_sync_worker', 'select, insert, update (winner, resolution, resolution_value, resolved_at, resolved_by, applied_at)',
            'conflicts'],
        ['jira_sync_worker', 'select, insert, update (base_url, project_key, deployment, mapping)', 'site'],
        ['jira_sync_worker', 'select, update', 'incidents'],
        ['jira_sync_worker', 'select, insert, update, delete', 'messages'],
        ['service_role', 'select', 'control workers job_history tables links changes conflicts site polls schedules events '
            'schedule_list status'],
        ['service_role', 'select, insert', 'jobs']
    ];
    -- What people and programs call.
    contract constant text[] := array[
        'enqueue(text, text, text)', 'enqueue(text, bigint, text)', 'pause(text)', 'resume()', 'retry_dead()', 'cancel(bigint)',
        'schedule(text, text, text, jsonb)', 'unschedule(text)', 'tick(text)',
        'resolve_conflict(bigint, text, jsonb, text)', 'resume_field(text, text, text)', 'retry_messages()', 'inspect()',
        -- The views and the column defaults call these with the rights of the caller.
        'ticks(text, timestamptz, timestamptz, integer)', 'cron_canonical(text)', 'cron_field(text, integer)',
        'cron_period(text)', 'check_job(text, text, jsonb)', 'error_pattern(text)', 'row_fingerprint(text)'
    ];
    worker_functions constant text[] := array[
        'wake()', 'defer_mass_edits()', 'claim(uuid, text[], integer, boolean, boolean, interval)',
        'lock_leases(uuid, bigint[], bigint[])', 'settle(uuid, bigint[], bigint[], text[], text[], double precision[], boolean[])',
        'register(uuid, text, text[], integer, double precision)', 'unregister(uuid)',
        'return_unknown_leases(uuid, bigint[])', 'heartbeat(uuid, boolean, interval, bigint[])', 'rescue(uuid)',
        'maintain()', 'lock_waiting_jobs(text)', 'watch_columns(text, text[])', 'missing_columns()',
        'reconcile_marks(integer)', 'record_inspection(boolean)', 'rows_with_links(text, text[])', 'row_may_exist(text, text)',
        'take_send_slots(text[], text[], double precision, boolean)', 'send_obstacle(text, text, bigint, boolean)',
        'record_limit(text, double precision, text)', 'set_limits(double precision, jsonb)',
        'report_circuit_failure(uuid, text, text, text, text, text)', 'take_probe(uuid)',
        'circuit_probe_failed(uuid, text)', 'close_circuit(uuid, text, text)', 'pg_cron_state()', 'run_schedules()',
        'set_schedule(text, text, text, jsonb, text)',
        'emit(text, text, text, text, text, text, text, text, bigint, jsonb, text)', 'resolve_event(text, text, text)',
        'register_channels(text, jsonb)', 'wake_channels(text[])', 'collect_events(text)',
        'job_fingerprint(text, text)', 'resolve_finished()', 'report_backfill(bigint)', 'debt_spans()'
    ];
    sequences constant text[] := array['jobs_id_seq', 'links_id_seq', 'changes_id_seq', 'conflicts_id_seq', 'messages_id_seq'];
    name text;
begin
    revoke execute on all functions in schema jira_sync from public;
    foreach grantee in array array['jira_sync_worker', 'service_role'] loop
        continue when not exists (select from pg_catalog.pg_roles as r where r.rolname = grantee);
        execute format('grant usage on schema jira_sync to %I', grantee);
        execute format('revoke all on all tables in schema jira_sync from %I', grantee);
        execute format('revoke all on all sequences in schema jira_sync from %I', grantee);
        execute format('revoke all on all functions in schema jira_sync from %I', grantee);
        foreach entry slice 1 in array relation_rights loop
            continue when entry[1] <> grantee;
            foreach relation in array string_to_array(entry[3], ' ') loop
                execute format('grant %s on jira_sync.%I to %I', entry[2], relation, grantee);
                if not exists (
                    select from pg_catalog.pg_class as c where c.oid = to_regclass('jira_sync.' || relation)
                        and (c.relkind = 'v' or exists (
                            select from pg_catalog.pg_policy as p where p.polrelid = c.oid and p.polname = grantee
                        ))
                ) then
                    execute format('create policy %I on jira_sync.%I for all to %1$I using (true) with check (true)',
                        grantee, relation);
                end if;
            end loop;
        end loop;
        foreach name in array contract || case grantee when 'jira_sync_worker' then worker_functions else '{}' end loop
            execute format('grant execute on function jira_sync.%s to %I', name, grantee);
        end loop;
        foreach name in array case grantee when 'jira_sync_worker' then sequences else array['jobs_id_seq'] end loop
            execute format('grant usage on sequence jira_sync.%I to %I', name, grantee);
        end loop;
    end loop;
end;
$$;

-- A setting of the session must not change what a literal, a cast or a result means. Functions of the hot path are left out:
-- each setting costs them a microsecond, and they use none of these (docs/decisions/0082-settings-are-pinned.md).
do $$
declare
    found_function regprocedure; setting text;
begin
    for found_function in
        select p.oid from pg_catalog.pg_proc as p where p.pronamespace = 'jira_sync'::regnamespace and p.prokind = 'f'
            and p.proname <> all(array[
                'wake', 'jobs_changed', 'claim', 'quarantined_job', 'due_jobs', 'merge_jobs', 'enqueue_change',
                'lock_leases', 'settle', 'heartbeat', 'enqueue_changes', 'take_send_slots', 'send_obstacle',
                -- Versioned, with settings of their own.
                'check_job', 'error_pattern', 'row_fingerprint'
            ])
            and not exists (select from jira_sync.tables as t where p.proname = t.table_name || '_changed')
    loop
        foreach setting in array jira_sync.pinned_settings() loop
            execute format('alter function %s set %s', found_function, setting);
        end loop;
    end loop;
    update jira_sync.control as c set installed = jira_sync.checksums();
end;
$$;

-- The worker reads the synced tables, and updates only the columns that a pull may write.
do $$
declare
    t jira_sync.tables; named text; columns text;
begin
    for t in select * from jira_sync.tables as r order by r.table_name loop
        named := format('%I.%I', t.schema_name, t.relation_name);
        continue when to_regclass(named) is null;
        select string_agg(quote_ident(a.attname), ', ') into columns from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass(named) and a.attnum > 0 and not a.attisdropped and a.attname = any(t.pull_columns);
        begin
            -- The policy first: it takes the strongest lock, and a lock that grows later could deadlock with an application.
            if not exists (select from pg_catalog.pg_roles as r where r.rolname = 'jira_sync_worker') then
                null; -- the worker runs as the owner
            elsif not exists (
                select from pg_catalog.pg_policy as p
                where p.polrelid = to_regclass(named) and p.polname = 'jira_sync_worker'
            ) then
                execute format('create policy jira_sync_worker on %s to jira_sync_worker using (true) with check (true)', named);
            end if;
            if exists (select from pg_catalog.pg_roles as r where r.rolname = 'jira_sync_worker') then
                execute format('grant usage on schema %I to jira_sync_worker', t.schema_name);
                execute format('grant select on %s to jira_sync_worker', named);
                if columns is not null then
                    execute format('grant update (%s) on %s to jira_sync_worker', columns, named);
                end if;
            end if;
        exception
            when insufficient_privilege then
                raise warning '% has another owner: grant select on it, and update (%), to jira_sync_worker', named, columns;
        end;
        perform jira_sync.watch_columns(t.table_name);
    end loop;
end;
$$;
