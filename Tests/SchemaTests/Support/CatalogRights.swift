import Postgres

/// What the catalog of a database says about rights, a line for each.
enum CatalogRights {
  /// All lines, sorted: functions as they are made, then what each role may do.
  static func lines(on connection: PostgresConnection) async throws -> [String] {
    var lines: [String] = []
    for statement in [functions, grants, policies, security] {
      lines += try await connection.query(statement, doing: "reading the catalog").rows.map {
        try $0.get("line")
      }
    }
    return lines.sorted()
  }

  /// `function NAME(TYPES): owner, rights it runs with, volatility, search path`.
  private static let functions: SQL = """
    select format('function %s: %s%s%s, %s', p.oid::regprocedure,
      case when p.proowner = n.nspowner then 'definer'
        else 'owner ' || p.proowner::regrole || ', definer' end,
      case when p.prosecdef then '' else ' no' end,
      case p.provolatile when 'i' then ', immutable' when 's' then ', stable' else ', volatile' end,
      coalesce((select s from unnest(p.proconfig) as s where s like 'search_path=%'), 'no path'))
      as line
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname = 'jira_sync'
    """

  /// `ROLE: KIND NAME: rights`, without the rights of owners; partitions have none.
  private static let grants: SQL = """
    with objects as (
      select 'schema ' || n.nspname as name, n.nspowner as owner, a.grantee, a.privilege_type as right
      from pg_namespace as n
      cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
      where n.nspname = 'jira_sync'
      union all
      select case c.relkind when 'S' then 'sequence ' when 'v' then 'view ' else 'table ' end
        || c.oid::regclass, c.relowner, a.grantee, a.privilege_type
      from pg_class as c
      cross join aclexplode(coalesce(c.relacl, acldefault(
        case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) as a
      where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
        or c.oid = 'public.file_audit'::regclass
      union all
      select 'table ' || c.oid::regclass, c.relowner, a.grantee,
        a.privilege_type || ' (' || string_agg(t.attname, ', ' order by t.attname) || ')'
      from pg_class as c join pg_attribute as t on t.attrelid = c.oid
      cross join aclexplode(t.attacl) as a
      where c.relnamespace = 'jira_sync'::regnamespace or c.oid = 'public.file_audit'::regclass
      group by c.oid, c.relowner, a.grantee, a.privilege_type
      union all
      select 'function ' || p.oid::regprocedure, p.proowner, a.grantee, a.privilege_type
      from pg_proc as p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
      where p.pronamespace = 'jira_sync'::regnamespace
      union all
      select 'default ' || d.defaclobjtype::text, d.defaclrole, a.grantee, a.privilege_type
      from pg_default_acl as d cross join aclexplode(d.defaclacl) as a
      where d.defaclnamespace = 'jira_sync'::regnamespace
    )
    select format('%s: %s: %s', case o.grantee when 0 then 'PUBLIC' else o.grantee::regrole::text end,
      o.name, lower(string_agg(o.right, ', ' order by o.right))) as line
    from objects as o where o.grantee <> o.owner
    group by o.grantee, o.name
    """

  /// `policy NAME on TABLE: roles, condition`.
  private static let policies: SQL = """
    select format('policy %s on %s: %s for %s using (%s) with check (%s)', p.polname,
      p.polrelid::regclass,
      (select string_agg(case r when 0 then 'PUBLIC' else r::regrole::text end, ', ')
        from unnest(p.polroles) as r),
      case p.polcmd when '*' then 'all' else p.polcmd::text end,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as line
    from pg_policy as p join pg_class as c on c.oid = p.polrelid
    where c.relnamespace = 'jira_sync'::regnamespace or c.oid = 'public.file_audit'::regclass
    """

  /// `table NAME: row-level security is off`, for each that lacks it.
  private static let security: SQL = """
    select format('table %s: row-level security is off', c.oid::regclass) as line
    from pg_class as c
    where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p')
      and not c.relrowsecurity
    """
}
