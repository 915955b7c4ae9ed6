/// The settings of a session that decide what our statements mean, and the values that they are written for.
///
/// ALTER DATABASE and ALTER ROLE give each new session other values, and behind a pooler whoever used the server before may
/// have left some. docs/decisions/0082-settings-are-pinned.md says what is left as it is, and why.
struct SessionSettings: Sendable {
  /// One setting.
  struct Setting: Sendable {
    let name: String
    let value: String
    /// The first version of the server that knows it, as in `server_version_num`.
    var since = 0
    /// Only this value is replaced; nil: every other one.
    var replacing: String?
    /// Whether `options` of the connection string may say otherwise: it limits what we do, and changes no meaning.
    var yields = false
  }

  private let settings: [Setting]

  /// Chooses the settings for a connection.
  ///
  /// - Parameter options: `options` of the connection string. Unlike ALTER ROLE it speaks of our connections alone.
  init(options: String? = nil) {
    // The server takes a dash for an underscore, and any case.
    let said = (options ?? "").lowercased().replacing("-", with: "_")
    settings = Self.all.filter { !($0.yields && said.contains($0.name)) }
  }

  /// Sets them for the session, provided that the process that runs the statement is the one that the client knows: behind a
  /// pooler it is another one, and the next client must not inherit them.
  ///
  /// - Parameters:
  ///   - process: the process that the server named when the connection was opened.
  ///   - version: the server's version.
  /// - Returns: a statement that returns one row where they are set, else none.
  func pin(of process: Int32, version: Int) -> SQL {
    SQL(
      unescaped: "select \(calls(version: version, isLocal: false)) "
        + "where pg_catalog.pg_backend_pid() operator(pg_catalog.=) \(process)")
  }

  /// Sets them for the rest of the transaction.
  ///
  /// The isolation level is set when the transaction begins.
  func pinLocally(version: Int) -> SQL {
    SQL(unescaped: "select \(calls(version: version, isLocal: true))")
  }

  /// With all names qualified, since the search path is one of the settings.
  private func calls(version: Int, isLocal: Bool) -> String {
    settings.filter { $0.since <= version }.map { setting in
      let value =
        setting.replacing.map {
          "pg_catalog.replace(pg_catalog.current_setting('\(setting.name)'), '\($0)', '\(setting.value)')"
        } ?? "'\(setting.value)'"
      return "pg_catalog.set_config('\(setting.name)', \(value), \(isLocal))"
    }.joined(separator: ", ")
  }

  /// The first ones end with an error what takes too long, this statement included.
  static let all: [Setting] = [
    Setting(name: "statement_timeout", value: "0", yields: true),
    Setting(name: "transaction_timeout", value: "0", since: 170_000, yields: true),
    // Our statements set their own, and report what they waited for.
    Setting(name: "lock_timeout", value: "0", yields: true),
    // A worker that hangs must not keep its locks, and one that only waits for its turn must not lose them.
    Setting(name: "idle_in_transaction_session_timeout", value: "60s", yields: true),
    // Listening is to be idle, also where the connection string limits it: it would end each time, and nothing is gained.
    Setting(name: "idle_session_timeout", value: "0"),
    // Other schemas can have functions and operators of the same names.
    Setting(name: "search_path", value: "pg_catalog, pg_temp"),
    // Backslashes in literals.
    Setting(name: "standard_conforming_strings", value: "on"),
    Setting(name: "backslash_quote", value: "safe_encoding"),
    // NULL in the text of an array, which is how arrays are sent.
    Setting(name: "array_nulls", value: "on"),
    // `x = null` would mean `x is null`.
    Setting(name: "transform_null_equals", value: "off"),
    // quote_ident(), format() and the names of types and tables as text, which are compared.
    Setting(name: "quote_all_identifiers", value: "off"),
    // Times, intervals, numbers and bytes as text, in both directions.
    Setting(name: "DateStyle", value: "ISO, YMD"),
    Setting(name: "IntervalStyle", value: "postgres"),
    Setting(name: "TimeZone", value: "UTC"),
    Setting(name: "extra_float_digits", value: "1"),
    Setting(name: "bytea_output", value: "hex"),
    // The queue reads in a statement what others committed before it.
    Setting(name: "default_transaction_isolation", value: "read committed"),
    // Off, a query over rows that are hidden from us fails.
    Setting(name: "row_security", value: "on"),
    // On, each error ends the connection, also one that a function handles.
    Setting(name: "exit_on_error", value: "off"),
    // Checks for people who write functions; some make a query fail.
    Setting(name: "plpgsql.extra_errors", value: "none"),
    // What functions and migrations warn of is logged.
    Setting(name: "client_min_messages", value: "notice"),
    // What is about to be sent to JIRA is committed before; after a crash of the server it must be there.
    Setting(name: "synchronous_commit", value: "on", replacing: "off", yields: true),
  ]
}
