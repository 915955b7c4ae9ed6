import TestSupport
import Testing

@testable import Postgres

/// What our statements mean does not depend on the settings of the database, of the role, or of who used the server before.
@Suite(.requiresPostgres) struct SessionSettingsTests {
  /// What the server says that the settings are, for those that it knows.
  private static let question: SQL = """
    select name, case when vartype = 'integer' then setting || coalesce(unit, '') else setting end as value
    from pg_catalog.pg_settings where name <> 'default_transaction_isolation'
    """

  private func check(
    _ result: PostgresResult, version: Int, except: [String: String] = [:],
    location: SourceLocation = #_sourceLocation
  ) throws {
    var found: [String: String] = [:]
    for row in result.rows { found[try row.get("name")] = try row.get("value") }
    for setting in SessionSettings.all where setting.since <= version {
      guard let value = found[setting.name] else { continue }
      let wanted =
        except[setting.name]
        ?? ["0": value.hasPrefix("0") ? value : "0", "60s": "60000ms"][setting.value]
        ?? setting.value
      #expect(value == wanted, "\(setting.name)", sourceLocation: location)
    }
    #expect(found.count > 100, sourceLocation: location)
  }

  /// Caught: each setting that is not in the list, and names in the statement that sets them which the search path decides.
  @Test func `a direct connection has the pinned settings whatever database and role say`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      try await HostileSettings.impose(on: database)
      let connection = try await PostgresConnection.connect(database.configuration)
      let version = await connection.serverVersion
      try check(try await connection.query(Self.question, doing: "asking"), version: version)
      try await connection.transaction(doing: "trying") { transaction in
        try check(try await transaction.query(Self.question, doing: "asking"), version: version)
        let level = try await transaction.query(
          "show transaction_isolation", doing: "asking for the level")
        #expect(try level.one.get("transaction_isolation") == "read committed")
      }
      let row = try await connection.query(
        """
        select '\\d' as text, ('{a,NULL}'::text[])[2] is null as has_null, now() > '2002-01-01' as is_later,
          current_setting('transaction_isolation') as level, timestamptz '2026-01-02 03:04+00'::text as time,
          0.1::float8 + 0.2::float8 as sum, quote_ident('plain') as name
        """, doing: "asking what literals mean"
      ).one
      #expect(try row.get("text") == #"\d"#)
      #expect(try row.get("has_null") == true)
      #expect(try row.get("is_later") == true)
      #expect(try row.get("level") == "read committed")
      #expect(try row.get("time") == "2026-01-02 03:04:00+00")
      #expect(try row.get("sum") == 0.30000000000000004)
      #expect(try row.get("name") == "plain")
      await connection.close()
    }
  }

  @Test func `a time limit in the connection string stays, and what changes a meaning does not`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      try await HostileSettings.impose(on: database)
      let configuration = try PostgresConfiguration(
        conninfo: database.conninfo
          + "?options=-c%20Statement-timeout%3D12345%20-c%20datestyle%3DGerman")
      let connection = try await PostgresConnection.connect(configuration)
      try check(
        try await connection.query(Self.question, doing: "asking"),
        version: await connection.serverVersion, except: ["statement_timeout": "12345ms"])
      await connection.close()
    }
  }

  /// Caught: an ERROR and a NOTICE in the log at each time-out of a connection that only listens.
  @Test func `a connection that is idle for longer than the role allows stays`() async throws {
    try await withDatabase(migrated: false) { database in
      let admin = try await database.connectAsSuperuser()
      _ = try await admin.query(
        "alter database \(identifier: database.name) set idle_session_timeout = '1s'",
        doing: "limiting idle sessions")
      let connection = try await PostgresConnection.connect(database.configuration)
      try await connection.listen("news")
      _ = try await admin.query("select pg_sleep(2)", doing: "letting the time pass")
      _ = try await admin.query("notify news", doing: "sending news")
      var channel = ""
      for try await notification in connection.notifications {
        channel = notification.channel
        break
      }
      #expect(channel == "news")
      await connection.close()
      await admin.close()
    }
  }

  @Test func `an idle connection stays also where the connection string limits it`() async throws {
    try await withDatabase(migrated: false) { database in
      let configuration = try PostgresConfiguration(
        conninfo: database.conninfo
          + "?options=-c%20idle_session_timeout%3D1s%20-c%20statement_timeout%3D9s")
      let connection = try await PostgresConnection.connect(configuration)
      let row = try await connection.query(
        "select current_setting('idle_session_timeout') as idle, current_setting('statement_timeout') as statement",
        doing: "asking"
      ).one
      #expect(try row.get("idle", as: String.self) == "0")
      #expect(
        try row.get("statement", as: String.self) == "9s", "that limits what we do, and stays")
      await connection.close()
    }
  }

  /// Caught: settings that the next client of the server inherits, that hold for one statement and not for the next, and
  /// answers of the statements that set them which are taken for those of the caller.
  @Test(.enabled("needs pgbouncer; scripts/test installs it") { bouncerIsAvailable })
  func
    `behind a pooler each transaction and each statement has them, and the next client does not`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      try await HostileSettings.impose(on: database)
      try await withBouncer(before: database, servers: 1) { uri in
        let configuration = try PostgresConfiguration(conninfo: uri, connectTimeout: .seconds(60))
        let connection = try await PostgresConnection.connect(configuration)
        let version = await connection.serverVersion
        let level: SQL =
          "select current_setting('transaction_isolation') as level"
        for _ in 1...2 {
          let result = try await connection.query(Self.question, doing: "asking")
          try check(result, version: version)
          #expect(result.columns == ["name", "value"])
          #expect(
            try await connection.query(level, doing: "asking").one.get("level") == "read committed")
          let results = try await connection.pipeline([level, Self.question], doing: "asking")
          #expect(results.count == 2)
          #expect(try results[0].one.get("level") == "read committed")
          try check(results[1], version: version)
          try await connection.transaction(doing: "trying") { transaction in
            try check(try await transaction.query(Self.question, doing: "asking"), version: version)
            #expect(
              try await transaction.query(level, doing: "asking").one.get("level")
                == "read committed")
          }
          try await connection.transaction(doing: "trying", mode: .snapshot) { transaction in
            try check(try await transaction.query(Self.question, doing: "asking"), version: version)
            #expect(
              try await transaction.query(level, doing: "asking").one.get("level")
                == "repeatable read")
          }
          try await connection.script(
            """
            do $$ begin assert current_setting('array_nulls') = 'on'; end $$;
            do $$ begin assert current_setting('transaction_isolation') = 'read committed'; end $$
            """, doing: "trying a script")
        }
        let error = await #expect(throws: PostgresError.self) {
          try await connection.script("select 1; select nothing", doing: "failing")
        }
        #expect(error?.position == 18)
        // One server: psql gets the one that we used.
        let theirs = try await bash(
          #"psql -X -A -t -d "$1" -c "select current_setting('array_nulls'), current_setting('transaction_isolation')""#,
          uri)
        #expect(theirs.contains("off|serializable"))
        await connection.close()
      }
    }
  }

  /// Caught: a connection that is open before its settings are, and one that waits for them for ever.
  @Test(.enabled("needs pgbouncer; scripts/test installs it") { bouncerIsAvailable })
  func `a pooler without a free server is an error of connecting`() async throws {
    try await withDatabase(migrated: false) { database in
      try await withBouncer(before: database, servers: 1) { uri in
        let holder = try await PostgresConnection.connect(
          PostgresConfiguration(conninfo: uri, connectTimeout: .seconds(60)))
        try await holder.transaction(doing: "keeping the server") { transaction in
          _ = try await transaction.query("select 1", doing: "keeping the server")
          let error = await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(
              PostgresConfiguration(conninfo: uri, connectTimeout: .milliseconds(500)))
          }
          #expect(error?.kind == .connect)
        }
        await holder.close()
      }
    }
  }

  @Test func `the statement that sets them names everything with its schema`() {
    let text = SessionSettings().pin(of: 42, version: 180_000).text
    #expect(text.hasSuffix("where pg_catalog.pg_backend_pid() operator(pg_catalog.=) 42"))
    #expect(text.contains("set_config('transaction_timeout', '0', false)"))
    #expect(!SessionSettings().pinLocally(version: 150_000).text.contains("transaction_timeout"))
    #expect(!text.contains(" set_config") && !text.contains("\\"))
  }
}
