import FoundationEssentials
import Logging
import Postgres
import SyncConfiguration
import SyncEngine

extension Checkup {
  /// The database, from the connection to what stands in the way of vacuum.
  mutating func checkDatabase(_ settings: Settings, logger: Logger) async {
    guard let database = try? settings.database() else { return }
    let connection: PostgresConnection
    do {
      connection = try await withDatabase(database, logger: logger) { connection in
        try await PostgresConnection.connect(database, logger: logger)
      }
    } catch {
      failure("connection", error)
      return
    }
    ok("connection", "\(database)")
    do {
      try await checkServer(connection)
      _ = try await connection.query(
        "set lock_timeout = '2s'", doing: "limiting the wait for locks")
      guard try await checkSchema(connection, "\(database)") else {
        await connection.close()
        return
      }
      try await checkPrivileges(connection)
      try await checkListen(connection, database, logger: logger)
      try await checkClock(connection)
      try await checkHistory(connection)
      try await checkHorizon(connection)
      try await checkSchedules(connection)
      try await checkWork(connection)
    } catch let error as PostgresError where error.sqlState == "55P03" {
      failure(
        "checks",
        "another session has locked a table of jira-sync for more than 2 s, so the rest cannot be checked (\(error))",
        remedy:
          "Try again; once the lock is ten seconds old, the check of the installation names the session"
      )
    } catch {
      failure("checks", error)
    }
    await connection.close()
  }

  private mutating func checkServer(_ connection: PostgresConnection) async throws {
    let row = try await connection.query(
      """
      select current_setting('server_version') as version,
        current_setting('server_version_num')::int as number, current_user::text as role,
        (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as super,
        case
          when pg_is_in_recovery() then 'it is a standby'
          when current_setting('transaction_read_only') = 'on' then 'default_transaction_read_only is on for this role or database'
        end as read_only
      """, doing: "asking the server who it is"
    ).one
    let version: String = try row.get("version")
    if try row.get("number", as: Int.self) < 150_000 {
      failure("version", "Postgres \(version)", remedy: "Use Postgres 15 or newer")
    } else {
      ok("version", "Postgres \(version)")
    }
    if let reason = try row.get("read_only", as: String?.self) {
      failure(
        "writing", "the database takes no changes: \(reason)",
        remedy: "Connect to the primary; Supabase makes a project read-only when its disk is full")
    }
    let role: String = try row.get("role")
    ok("role", try row.get("super", as: Bool.self) ? "\(role), a superuser; less would do" : role)
  }

  /// Whether the schema is as new as this program.
  private mutating func checkSchema(
    _ connection: PostgresConnection, _ name: String
  ) async throws -> Bool {
    let problems = try await DatabaseFitness.problems(connection)
    for problem in problems { failure("database", problem.text, remedy: problem.remedy) }
    guard problems.isEmpty else { return false }
    do {
      try await SchemaCheck(connection: connection, database: name).check()
    } catch let error as CommandFailure {
      failure("schema", error.description, remedy: nil)
      return false
    }
    let version: String = try await connection.query(
      "select max(version) as version from jira_sync.migrations",
      doing: "reading the schema's version"
    ).one.get("version")
    ok("schema", "jira_sync \(version)")
    let missing: [String] = try await connection.query(
      "select jira_sync.missing_columns() as missing", doing: "comparing the columns of file_audit"
    ).one.get("missing")
    if missing.isEmpty {
      ok("table", "public.file_audit has all columns")
    } else {
      warning(
        "table", "public.file_audit lacks \(missing.joined(separator: ", "))",
        remedy: "What is mapped to these columns is not synced; add them, then restart the workers")
    }
    try await checkInstallation(connection)
    return true
  }

  /// Triggers, functions, columns, rights, policies, settings and locks, as a worker inspects them once a minute.
  private mutating func checkInstallation(_ connection: PostgresConnection) async throws {
    let findings = try await connection.query(
      InspectionFinding.query, doing: "inspecting the installation"
    ).rows.map { try InspectionFinding($0) }
    for finding in findings {
      if finding.isError {
        failure("installation", finding.problem, remedy: finding.remedy)
      } else {
        warning("installation", finding.problem, remedy: finding.remedy)
      }
    }
    if findings.isEmpty { ok("installation", "triggers, functions and rights are as installed") }
  }

  private mutating func checkPrivileges(_ connection: PostgresConnection) async throws {
    let missing = try await connection.query(
      """
      select n.needed from (values
        ('select on public.file_audit', has_table_privilege('public.file_audit', 'select')),
        ('update on public.file_audit', has_table_privilege('public.file_audit', 'update')),
        ('insert on jira_sync.jobs', has_table_privilege('jira_sync.jobs', 'insert')),
        ('update on jira_sync.links', has_table_privilege('jira_sync.links', 'update')),
        ('execute on jira_sync.claim',
          (select bool_and(has_function_privilege(p.oid, 'execute')) from pg_catalog.pg_proc as p
            where p.pronamespace = 'jira_sync'::regnamespace and p.proname = 'claim'))
      ) as n (needed, granted) where not n.granted
      """, doing: "checking privileges"
    ).rows.map { row in try row.get("needed", as: String.self) }
    if missing.isEmpty {
      ok("privileges", "all that a worker needs")
    } else {
      failure(
        "privileges", "missing: \(missing.joined(separator: ", "))",
        remedy: "grant jira_sync_worker to the role of DATABASE_URL, or connect as the owner")
    }
    let isHidden: Bool = try await connection.query(
      """
      select c.relrowsecurity and not r.rolbypassrls and not r.rolsuper
        and (c.relforcerowsecurity or not pg_has_role(c.relowner, 'member'))
        and not exists (
          select from pg_catalog.pg_policy as p
          where p.polrelid = c.oid and exists (
            select from unnest(p.polroles) as o where o = 0 or pg_has_role(o, 'member'))) as hidden
      from pg_catalog.pg_class as c, pg_catalog.pg_roles as r
      where c.oid = 'public.file_audit'::regclass and r.rolname = current_user
      """, doing: "checking row-level security"
    ).one.get("hidden")
    if isHidden {
      failure(
        "row security",
        "public.file_audit has row-level security and no policy for this role: it sees no rows",
        remedy:
          "grant jira_sync_worker to the role of DATABASE_URL; its policy lets all rows through")
    }
  }

  /// Whether notifications arrive from another session, and whether a pooler gives the session to it in between.
  private mutating func checkListen(
    _ connection: PostgresConnection, _ database: PostgresConfiguration, logger: Logger
  ) async throws {
    let channel = "jira_sync_doctor_\(UUID().uuidString.prefix(8).lowercased())"
    try await connection.listen(channel)
    let asking: SQL = "select pg_backend_pid() as pid"
    let first: Int = try await connection.query(asking, doing: "asking for the session").one.get(
      "pid")
    var began = ContinuousClock.now
    let second: Int = try await withDatabase(database, logger: logger) { other in
      began = .now
      // A pooler in transaction mode lends it a session until it ends, the very one that listens where no other is idle.
      return try await other.transaction(doing: "probing LISTEN") { transaction in
        _ = try await transaction.query("select pg_notify(\(channel), '')", doing: "probing LISTEN")
        return try await connection.query(asking, doing: "asking for the session").one.get("pid")
      }
    }
    let isHeard = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          for try await notification in connection.notifications
          where notification.channel == channel {
            return true
          }
        } catch {
          return false
        }
        return false
      }
      group.addTask {
        do { try await Task.sleep(for: .seconds(5)) } catch { return false }
        return false
      }
      let heard = await group.next() ?? false
      group.cancelAll()
      return heard
    }
    let took = (ContinuousClock.now - began) / .milliseconds(1)
    if isHeard, first == second {
      ok(
        "LISTEN",
        "a notification came back in \(Int(took.rounded())) ms; direct or session-mode connection")
    } else {
      warning(
        "LISTEN",
        "notifications do not arrive"
          + (first == second
            ? "" : "; a pooler in transaction mode gives every statement another session"),
        remedy:
          "Changes wait for the next look, some seconds. Use a direct or session-mode connection (Supabase: port 5432)"
      )
    }
  }

  private mutating func checkClock(_ connection: PostgresConnection) async throws {
    let before = Date().timeIntervalSince1970
    let server: Double = try await connection.query(
      "select extract(epoch from clock_timestamp())::float8 as now", doing: "asking for the time"
    ).one.get("now")
    let after = Date().timeIntervalSince1970
    let difference = server - (before + after) / 2
    let text = "differs by \(Int((abs(difference) * 1_000).rounded())) ms from this machine's"
    if abs(difference) > 5 {
      warning(
        "clock", text,
        remedy:
          "The database's clock decides, so this does no harm to syncing; set the clocks right with NTP"
      )
    } else {
      ok("clock", text)
    }
  }

  /// Who holds back vacuum: a queue slows down while dead rows cannot be removed.
  private mutating func checkHorizon(_ connection: PostgresConnection) async throws {
    let holder = try await connection.query(
      """
      select h.who, h.age, h.seconds, h.remedy from (
        (select format('process %s (%s, %s)', a.pid, coalesce(a.usename, '?'),
            coalesce(nullif(a.application_name, ''), a.backend_type)) as who,
          age(a.backend_xmin) as age, extract(epoch from clock_timestamp() - a.xact_start)::float8 as seconds,
          format('End it, or: select pg_terminate_backend(%s)', a.pid) as remedy
        from pg_catalog.pg_stat_activity as a
        where a.backend_xmin is not null and a.pid <> pg_backend_pid() and a.xact_start is not null
        order by age(a.backend_xmin) desc limit 1)
        union all
        (select format('prepared transaction %s', p.gid), age(p.transaction),
          extract(epoch from clock_timestamp() - p.prepared)::float8, format('rollback prepared %L', p.gid)
        from pg_catalog.pg_prepared_xacts as p order by age(p.transaction) desc limit 1)
        union all
        (select format('replication slot %s', s.slot_name), age(coalesce(s.xmin, s.catalog_xmin)), null,
          format('Drop the slot if it is not needed: select pg_drop_replication_slot(%L)', s.slot_name)
        from pg_catalog.pg_replication_slots as s where s.xmin is not null
        order by age(s.xmin) desc limit 1)
      ) as h order by h.age desc limit 1
      """, doing: "looking who holds back vacuum"
    ).rows.first
    guard let holder else {
      ok("horizon", "no transaction holds back vacuum")
      return
    }
    let who: String = try holder.get("who")
    let age: Int = try holder.get("age")
    let seconds = try holder.get("seconds", as: Double?.self)
    let text =
      "the oldest is \(who)" + (seconds.map { ", \(Span.text($0)) old" } ?? "")
      + ", \(age) transactions back"
    if (seconds ?? 0) > 300 || age > 1_000_000 {
      warning(
        "horizon", text,
        remedy:
          "Vacuum cannot clean the queue behind it. \(try holder.get("remedy", as: String.self))")
    } else {
      ok("horizon", text)
    }
  }

  private mutating func checkSchedules(_ connection: PostgresConnection) async throws {
    let cron = try await connection.query(
      "select usable, version, seconds, reason, remedy from jira_sync.pg_cron_state()",
      doing: "looking for pg_cron"
    ).one
    if try cron.get("usable") {
      let seconds: Bool = try cron.get("seconds")
      ok(
        "pg_cron",
        "\(try cron.get("version", as: String.self)); it knows \(seconds ? "seconds" : "whole minutes")"
      )
    } else {
      warning(
        "pg_cron",
        "the workers keep the schedules: \(try cron.get("reason", as: String?.self) ?? "")",
        remedy: try cron.get("remedy", as: String?.self) ?? "Optional")
    }
    let missed = try await connection.query(
      """
      select string_agg(case when missed > 0 then missed || ' ' else '' end || name, ', ' order by name) as missed, count(*) as schedules,
        coalesce(bool_or(next_run < now() - interval '90 seconds'), false) as late,
        coalesce(bool_or(missed > 0 and last_missed_at > now() - interval '1 day'), false) as any_missed
      from (
        select s.*, case when s.missed > 0 and s.last_missed_at > now() - interval '1 day'
          or s.next_run < now() - interval '90 seconds' then s.name end as troubled
        from jira_sync.schedule_list as s
      ) as s where s.troubled is not null
      """, doing: "looking for missed ticks"
    ).one
    if try missed.get("schedules", as: Int.self) > 0 {
      warning(
        "schedules",
        (try missed.get("any_missed", as: Bool.self)
          ? "ticks were missed within a day: " : "ticks are late: ")
          + (try missed.get("missed", as: String?.self) ?? ""),
        remedy: try missed.get("late", as: Bool.self)
          ? "No worker runs them now. Start one: jira-sync worker"
          : "Keep a worker running; see: jira-sync schedule list")
    } else {
      ok("schedules", "no ticks were missed within a day")
    }
  }

  private mutating func checkWork(_ connection: PostgresConnection) async throws {
    let status = try await connection.query(
      """
      select workers, dead, paused_at is not null as paused, pause_reason, with_error, open_conflicts
      from jira_sync.status
      """, doing: "reading the status"
    ).one
    let workers: Int = try status.get("workers")
    if workers == 0 {
      warning("workers", "none is running", remedy: "jira-sync worker")
    } else {
      ok("workers", "\(workers) running")
    }
    if try status.get("paused") {
      warning(
        "queue", "paused: \(try status.get("pause_reason", as: String?.self) ?? "no reason given")",
        remedy: "jira-sync jobs resume")
    }
    let dead: Int = try status.get("dead")
    if dead > 0 {
      warning(
        "dead jobs", "\(dead)",
        remedy: "jira-sync jobs list --state dead; then: jira-sync jobs retry --all")
    }
    try await checkMarks(connection)
    let errors: Int = try status.get("with_error")
    if errors > 0 {
      warning(
        "links", "\(errors) rows with an error",
        remedy: "jira-sync explain --errors")
    }
  }
}
