import Postgres

/// A database that schedules run in, one after another, and the connections they use.
///
/// The functions are those of the migrations. Some get places in the middle where a schedule can make them stop, so
/// that others act between two of their statements.
struct ModelDatabase: Sendable {
  /// For what is over at once.
  let main: PostgresConnection
  /// For transactions that stay open.
  let others: [PostgresConnection]
  private let database: ScratchDatabase

  /// Makes one.
  ///
  /// - Parameters:
  ///   - cluster: a superuser's URI.
  ///   - variant: the mistake to put into the queue.
  /// - Returns: the database with its connections.
  /// - Throws: `PostgresError`, also where a function no longer holds the text that is to be replaced.
  static func make(on cluster: String, variant: ModelVariant) async throws -> ModelDatabase {
    let database = try await ScratchDatabase.make(on: cluster, for: "model")
    do {
      let main = try await database.connect()
      try await main.script(setup, doing: "preparing the model's database")
      for place in StopPlace.allCases {
        let (function, piece, stop) = place.patch
        try await replace(in: function, [(piece, stop)], on: main)
      }
      if let mistake = variant.mistake {
        try await replace(in: mistake.function, mistake.replacements, on: main)
        try await main.script(mistake.besides, doing: "putting a mistake into the queue")
      }
      try await main.script(silence, doing: "keeping notifications in")
      // So that nothing is left to be vacuumed in the catalogs either, whose settings cannot be changed.
      _ = try await main.query("vacuum", doing: "clearing away what the migrations left")
      var others: [PostgresConnection] = []
      for _ in 0..<3 { others.append(try await database.connect()) }
      for connection in others + [main] {
        // Nothing that a schedule does one after the other may wait; what waits fails at once.
        _ = try await connection.query("set lock_timeout = '20ms'", doing: "setting up")
      }
      return ModelDatabase(main: main, others: others, database: database)
    } catch {
      try await database.drop()
      throw error
    }
  }

  /// Clears away what the schedules so far have left, or each of a hundred thousand would read the rows of all before it.
  ///
  /// - Throws: `PostgresError`.
  func cleanUp() async throws {
    for table: SQL in [
      "vacuum jira_sync.jobs", "vacuum jira_sync.workers", "vacuum jira_sync.job_history",
      "vacuum public.file_audit",
    ] {
      _ = try await main.query(table, doing: "clearing away what schedules left")
    }
  }

  /// Drops the database.
  func drop() async throws {
    for connection in others + [main] { await connection.close() }
    try await database.drop()
  }

  /// Replaces text in a function; a text that is not there would leave the function as it was, so it is an error.
  private static func replace(
    in function: String, _ replacements: [(old: String, new: String)],
    on connection: PostgresConnection
  ) async throws {
    for (old, new) in replacements {
      _ = try await connection.query(
        "select model.edit(\(function), \(old), \(new))", doing: "changing \(function)")
    }
  }

  /// Notifies nobody: a commit with a NOTIFY waits for those of all databases of the server
  /// (`src/backend/commands/async.c`), which other tests' are among, and schedules wait for nobody's locks.
  private static let silence = """
    create function model.notify_nobody(channel text, payload text) returns void language sql as '';
    do $$
    declare
      definition text;
    begin
      for definition in
        select pg_get_functiondef(p.oid) from pg_proc as p
        where p.pronamespace = 'jira_sync'::regnamespace and p.prosrc like '%pg_notify(%'
      loop
        execute replace(definition, 'pg_notify(', 'model.notify_nobody(');
      end loop;
    end $$;
    """

  private static let setup = """
    create schema model;
    -- Here tables are empty again and again, each partition of the history among them. To cut off the end of an empty
    -- one vacuum locks it, for longer than a schedule waits for a lock and through nobody's fault.
    do $$
    declare
      emptied record;
    begin
      for emptied in
        select c.oid::regclass as name from pg_class as c
        where c.relkind = 'r' and c.relnamespace in ('jira_sync'::regnamespace, 'public'::regnamespace)
      loop
        execute format(
          'alter table %s set (autovacuum_enabled = off, vacuum_truncate = off, '
          'toast.autovacuum_enabled = off, toast.vacuum_truncate = off)', emptied.name);
      end loop;
    end $$;
    create function model.edit(named text, old text, new text) returns void language plpgsql as $$
    declare
      definition text := pg_get_functiondef(
        case when strpos(named, '(') > 0 then named::regprocedure::oid else named::regproc::oid end);
    begin
      if strpos(definition, old) = 0 then
        raise exception '% does not hold: %', named, old;
      end if;
      execute replace(definition, old, new);
    end $$;
    -- Waits while the schedule holds the lock, in a transaction that wants to be stopped at this place.
    create function model.stop_at(place text) returns boolean language plpgsql as $$
    begin
      if current_setting('model.stops', true) = place then
        perform set_config('model.stops', '', true);
        perform set_config('lock_timeout', '0', true);
        perform pg_advisory_xact_lock_shared(77);
      end if;
      return true;
    end $$;
    create view model.state as
    select id, key, state, attempt, max_attempts, crashes, worker, token, cancel_requested
    from jira_sync.jobs;
    -- All that is left is run to its end by one worker.
    create function model.drain(me uuid) returns setof jira_sync.jobs language plpgsql as $$
    declare
      claimed jira_sync.jobs[];
      job jira_sync.jobs;
    begin
      loop
        claimed := array(
          select j from jira_sync.claim(me, array['push', 'pull', 'sync', 'noop'], 10, true) as j);
        exit when cardinality(claimed) = 0;
        foreach job in array claimed loop
          return next job;
        end loop;
        perform jira_sync.settle(
          me, array(select (c).id from unnest(claimed) as c),
          array(select (c).token from unnest(claimed) as c),
          array_fill('done'::text, array[cardinality(claimed)]), null, null,
          array_fill(true, array[cardinality(claimed)]));
      end loop;
    end $$;
    insert into public.file_audit
      (id, file_number, file_path, file_name, layer_number, layer_name, status, workflows,
       has_technical_debt, notes)
    select n, n, n || '.swift', n || '.swift', 1, 'Core', 'ACTIVE', '{}', true, '0'
    from generate_series(1, 3) as n;
    delete from jira_sync.jobs;
    """
}
