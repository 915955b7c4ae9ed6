-- How triggers on tables of this schema are changed.

create or replace function jira_sync.ensure_trigger(relation regclass, name text, definition text)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    installed text := (
        select obj_description(g.oid, 'pg_trigger') from pg_catalog.pg_trigger as g
        where g.tgrelid = relation and g.tgname = name
    );
begin
    -- CREATE TRIGGER locks out writers, so it is done only where the definition changed.
    if installed is distinct from md5(definition) then
        execute format('create or replace trigger %I %s', name, definition);
        execute format('comment on trigger %I on %s is %L', name, relation, md5(definition));
    end if;
end;
$$;
comment on function jira_sync.ensure_trigger(regclass, text, text) is
'Creates a trigger, or replaces it where its definition changed; the comment of the trigger is the checksum.';
