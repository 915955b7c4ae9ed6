import Glibc

/// The file of services of libpq, which names connections: section 34.17 of the Postgres manual.
///
/// libpq reads it only while it connects. What it says decides before that, on TLS and on which names are to be looked up.
struct ServiceFile: Sendable, Equatable {
  /// The parameters of each service.
  let services: [String: [String: String]]

  /// Reads the text of such a file: `[name]`, lines of `keyword=value`, and comments after `#`.
  ///
  /// - Parameter text: what stands in it.
  /// - Throws: `PostgresError` of kind `configuration` where a line is none of these, or asks a directory server.
  init(_ text: String) throws(PostgresError) {
    var services: [String: [String: String]] = [:]
    var current: String?
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = raw.trimmingBlanks
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("[") {
        let name = String(line.dropFirst().prefix { $0 != "]" })
        // The first of a name counts, as with libpq.
        current = services[name] == nil ? name : nil
        if current != nil { services[name] = [:] }
        continue
      }
      guard let equals = line.firstIndex(of: "="), !line.hasPrefix("ldap") else {
        throw PostgresError(
          kind: .configuration,
          message: "line \(index + 1) of the service file is no keyword=value",
          hint:
            "services of directory servers (ldap://) are not supported; write the connection into DATABASE_URL",
          doing: "reading the service file")
      }
      guard let current else { continue }
      let keyword = String(line[..<equals].trimmingBlanks)
      if services[current]?[keyword] == nil {
        services[current]?[keyword] = String(line[line.index(after: equals)...].trimmingBlanks)
      }
    }
    self.services = services
  }

  /// What a service says, looked for where libpq looks: the user's file, then the system's.
  ///
  /// - Parameter name: the service.
  /// - Returns: its parameters.
  /// - Throws: `PostgresError` of kind `configuration` where no file has it, or one cannot be read.
  static func parameters(of name: String) throws(PostgresError) -> [String: String] {
    let variable = PostgresConfiguration.variable
    let own = variable("PGSERVICEFILE") ?? variable("HOME").map { $0 + "/.pg_service.conf" }
    let system = (variable("PGSYSCONFDIR") ?? "/etc/postgresql-common") + "/pg_service.conf"
    let paths = [own, system].compactMap(\.self)
    for path in paths {
      guard let text = contents(of: path) else { continue }
      if let found = try ServiceFile(text).services[name] { return found }
    }
    throw PostgresError(
      kind: .configuration, message: "definition of service \"\(name)\" not found",
      hint: "looked for [\(name)] in \(paths.joined(separator: " and "))",
      doing: "reading the connection string")
  }

  /// The text of a file; nil where it cannot be opened.
  private static func contents(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}

extension Substring {
  fileprivate var trimmingBlanks: Substring {
    var rest = self
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}
