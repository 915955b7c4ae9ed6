import CLibPQ

/// Where the database is and how to connect to it.
///
/// Made from any connection string of libpq; what it does not say comes from `PG*` variables, the service file and the password file, as with psql.
public struct PostgresConfiguration: Sendable {
  /// libpq's parameters, without those that libpq finds by itself.
  let parameters: [String: String]
  /// What libpq takes for parameters that are not given: `PG*` variables and its own defaults.
  let defaults: [String: String]
  /// How long connecting to one host may take, once its name is looked up.
  let connectTimeout: Duration
  /// How long the server may take for an answer before the statement is cancelled, and the connection given up where not even
  /// that is answered; nil: for ever.
  ///
  /// Keepalives and `tcp_user_timeout` see only the next hop: a proxy goes on acknowledging for a server that is gone.
  public var answerLimit: Duration?
  /// The certificates to verify with, where TLS is decided for each address; nil where the connection string or a variable decides.
  private let ownTLS: OwnTLS?

  /// What is used for TLS where nothing else is said.
  private struct OwnTLS {
    /// The file of certificates; nil where libpq finds one by itself.
    var certificates: String?
  }

  /// Reads a connection string.
  ///
  /// Unless it says otherwise: dead connections are noticed (`keepalives`, `tcp_user_timeout`), and TLS to every address
  /// but those of this machine is verified (`sslmode=verify-full` with the system's certificates).
  ///
  /// - Parameters:
  ///   - conninfo: `postgresql://user:password@host:port/database?…` or `host=… dbname=…`, see section 34.1.1 of the Postgres manual.
  ///   - applicationName: how the connections show in `pg_stat_activity` if nothing else is said.
  ///   - connectTimeout: how long to wait for one host; `connect_timeout` in the connection string wins.
  /// - Throws: `PostgresError` of kind `configuration` where the string cannot be read; without the string's values.
  public init(
    conninfo: String, applicationName: String = "jira-sync",
    connectTimeout: Duration = .seconds(5)
  ) throws(PostgresError) {
    var given = try Self.parse(conninfo)
    if let service = given["service"] ?? Self.variable("PGSERVICE") {
      // Between what is said and what PG* variables say, as with libpq.
      given.merge(try ServiceFile.parameters(of: service)) { said, _ in said }
    }
    given["service"] = nil
    let defaults = Self.libpqDefaults()
    self.init(
      given: given, defaults: defaults, environment: Self.environment(),
      applicationName: applicationName, connectTimeout: connectTimeout)
  }

  /// The decisions, without looking at anything outside.
  init(
    given: [String: String], defaults: [String: String], environment: Environment,
    applicationName: String, connectTimeout: Duration
  ) {
    var parameters = given
    let effective = defaults.merging(given) { _, given in given }
    func add(_ name: String, _ value: String) {
      // libpq's own default of a parameter is no decision; a PG* variable is.
      if given[name] == nil && !environment.decided.contains(name) { parameters[name] = value }
    }
    parameters["client_encoding"] = "UTF8"
    add("fallback_application_name", applicationName)
    add("keepalives", "1")
    add("keepalives_idle", "30")
    add("keepalives_interval", "10")
    add("keepalives_count", "3")
    add("tcp_user_timeout", "30000")
    // Looking for Kerberos tickets costs time and memory, and only encryption by Kerberos needs it.
    add("gssencmode", "disable")
    if !Self.isLocal(effective) { add("sslmode", "verify-full") }
    ownTLS =
      given["sslmode"] == nil && !environment.decided.contains("sslmode")
      ? OwnTLS(
        certificates: given["sslrootcert"] == nil && !environment.decided.contains("sslrootcert")
          ? environment.certificates : nil) : nil
    let mode = parameters["sslmode"] ?? effective["sslmode"]
    if let bundle = environment.certificates, mode == "verify-full" || mode == "verify-ca" {
      add("sslrootcert", bundle)
    }
    self.parameters = parameters
    self.defaults = defaults
    if let seconds = effective["connect_timeout"].flatMap({ Int($0) }), seconds > 0 {
      self.connectTimeout = .seconds(seconds)
    } else {
      self.connectTimeout = connectTimeout
    }
  }

  /// A parameter as it will be used; nil where nothing says it.
  func effective(_ name: String) -> String? {
    let value = parameters[name] ?? defaults[name]
    return value?.isEmpty == false ? value : nil
  }

  /// The host or hosts, or the folder of the Unix socket.
  public var host: String { effective("host") ?? effective("hostaddr") ?? "the local socket" }
  /// The port, or the ports of several hosts.
  public var port: String { effective("port") ?? "5432" }
  /// The database's name.
  public var database: String { effective("dbname") ?? user }
  /// The role.
  public var user: String { effective("user") ?? "the system's user" }

  /// Whether nothing leaves this machine, as far as the parameters say: each address is loopback, and where there is a name alone, it is `localhost`.
  ///
  /// What a name stands for is known when it was looked up: see `secured`.
  static func isLocal(_ parameters: [String: String]) -> Bool {
    func list(_ name: String) -> [Substring] {
      (parameters[name] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    }
    let hosts = list("host")
    let addresses = list("hostaddr")
    return (0..<max(hosts.count, addresses.count, 1)).allSatisfy { index in
      let host = index < hosts.count ? hosts[index] : ""
      // libpq connects to the address; the name beside it is for the certificate.
      let address = index < addresses.count && !addresses[index].isEmpty ? addresses[index] : nil
      return address.map(Loopback.contains) ?? (host == "localhost" || isLocal(host: host))
    }
  }

  /// Whether a host is a Unix socket or a loopback address in numeric form.
  private static func isLocal(host: some StringProtocol) -> Bool {
    host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || Loopback.contains(host)
  }

  /// The parameters for one address, with TLS as the address that the bytes go to needs it.
  ///
  /// - Parameter parameters: those of one host, its name looked up.
  /// - Returns: the same, with `sslmode` where nothing else decides it.
  func secured(_ parameters: [String: String]) -> [String: String] {
    guard let ownTLS else { return parameters }
    func value(_ name: String) -> String {
      [parameters[name], defaults[name]].compactMap(\.self).first { !$0.isEmpty } ?? ""
    }
    let address = value("hostaddr")
    let isLocal =
      address.isEmpty ? Self.isLocal(host: value("host")) : Loopback.contains(address)
    var secured = parameters
    secured["sslmode"] = isLocal ? nil : "verify-full"
    if let certificates = ownTLS.certificates {
      secured["sslrootcert"] = isLocal ? nil : certificates
    }
    return secured
  }
}

extension PostgresConfiguration: CustomStringConvertible {
  /// `database at host:port as user`; never the password.
  public var description: String { "\(database) at \(host):\(port) as \(user)" }
}

extension PostgresConfiguration: CustomDebugStringConvertible, CustomReflectable {
  /// The same as `description`.
  public var debugDescription: String { description }
  // `dump` and string interpolation of an enclosing value would print the password.
  /// Nothing inside is shown: `dump` would print the password.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
