import CLibPQ
import Glibc

extension PostgresConfiguration {
  /// What decisions depend on besides the connection string.
  struct Environment {
    /// The parameters that a `PG*` variable has decided.
    var decided: Set<String> = []
    /// The system's certificates, where libpq would not find any by itself.
    var certificates: String?
  }

  /// The parameters that a connection string names.
  static func parse(_ conninfo: String) throws(PostgresError) -> [String: String] {
    if hasRawPassword(conninfo) {
      throw PostgresError(
        kind: .configuration,
        message: "the connection string cannot be read: an @ or a / of the user or the password "
          + "would be taken for the end of it",
        hint: "write %40 for @ and %2F for / there, as in postgresql://user:p%40ss@host/database",
        doing: "reading the connection string")
    }
    var message: UnsafeMutablePointer<CChar>?
    guard !conninfo.containsZero, let options = PQconninfoParse(conninfo, &message) else {
      let said = message.map { String(cString: $0) } ?? "it holds the character U+0000"
      PQfreemem(message)
      throw PostgresError(
        kind: .configuration,
        message: "the connection string cannot be read: \(Self.harmless(said))",
        hint: "expected is, for example, postgresql://user:password@host:5432/database, with "
          + "special characters of the password percent-encoded",
        doing: "reading the connection string")
    }
    defer { PQconninfoFree(options) }
    return values(of: options)
  }

  /// Whether an address has an `@` where libpq would see a part of the password as a host, a port or a database, and so messages would show it.
  ///
  /// - Parameter conninfo: the connection string.
  /// - Returns: whether it does.
  static func hasRawPassword(_ conninfo: String) -> Bool {
    let schemes = ["postgresql://", "postgres://"]
    guard let scheme = schemes.first(where: conninfo.hasPrefix) else { return false }
    let rest = conninfo.dropFirst(scheme.count)
    // As libpq reads it: what stands before the first @ may have a ? in it, but no /.
    let authority = rest.prefix { $0 != "/" }
    let address = authority.contains("@") ? rest.drop { $0 != "@" }.dropFirst() : rest
    return address.prefix { $0 != "?" }.contains("@")
  }

  /// libpq quotes the piece it does not understand, which may be the password; only names of options are let through.
  static func harmless(_ message: String) -> String {
    let line = PostgresError.oneLine(message)
    let names = ["invalid connection option \"", "invalid URI query parameter: \""]
    if names.contains(where: line.hasPrefix) { return line }
    return Redaction.withoutQuoted(line)
  }

  /// What libpq takes where nothing is said.
  static func libpqDefaults() -> [String: String] {
    guard let options = PQconndefaults() else { return [:] }
    defer { PQconninfoFree(options) }
    return values(of: options)
  }

  /// A variable of the environment; nil where it is empty, as for libpq.
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Looks at this process' environment and file system.
  static func environment() -> Environment {
    var environment = Environment()
    if let options = PQconndefaults() {
      defer { PQconninfoFree(options) }
      for option in list(options) {
        if let variable = option.envvar, getenv(variable) != nil {
          environment.decided.insert(String(cString: option.keyword))
        }
      }
    }
    let bundle = "/etc/ssl/certs/ca-certificates.crt"
    let own = getenv("HOME").map { String(cString: $0) + "/.postgresql/root.crt" }
    if own.map({ access($0, R_OK) == 0 }) != true, access(bundle, R_OK) == 0 {
      environment.certificates = bundle
    }
    return environment
  }

  private static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String]
  {
    var values: [String: String] = [:]
    for option in list(options) {
      if let value = option.val { values[String(cString: option.keyword)] = String(cString: value) }
    }
    return values
  }

  private static func list(
    _ options: UnsafeMutablePointer<PQconninfoOption>
  ) -> [PQconninfoOption] {
    var list: [PQconninfoOption] = []
    var option = options
    while option.pointee.keyword != nil {
      list.append(option.pointee)
      option += 1
    }
    return list
  }
}
