import CLibPQ

extension PostgresError {
  /// An error that the server answered a statement with.
  init(result: OpaquePointer, doing: String) {
    let sqlState = ResultField.sqlState.text(of: result)
    let message =
      ResultField.message.text(of: result)
      ?? Self.oneLine(String(cString: PQresultErrorMessage(result)))
    self.init(
      kind: .server, sqlState: sqlState,
      message: Redaction.message(message, sqlState: sqlState),
      hint: ResultField.hint.text(of: result), doing: doing)
    detail = ResultField.detail.text(of: result)
    constraint = ResultField.constraint.text(of: result)
    column = ResultField.column.text(of: result)
    table = ResultField.table.text(of: result)
    schema = ResultField.schema.text(of: result)
    context = ResultField.context.text(of: result)
    position = ResultField.position.text(of: result).flatMap { Int($0) }
  }

  /// Why a connection could not be opened, from what libpq says of it.
  ///
  /// libpq gives no SQLSTATE for a failed connection, but its verbose messages hold it: `FATAL:  28P01: password …`, with the
  /// first word in the server's language.
  ///
  /// - Parameters:
  ///   - connectMessage: `PQerrorMessage`, written with `PQERRORS_VERBOSE`. It never holds the password.
  ///   - target: the database, as `PostgresConfiguration` describes itself.
  init(connectMessage: String, target: String) {
    let lines = connectMessage.split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("LOCATION:") }
    var message = lines.joined(separator: " ")
    var sqlState: String?
    var next = message.firstRange(of: ":  ")
    while let severity = next, sqlState == nil {
      let code = message[severity.upperBound...].prefix(5)
      let rest = message[severity.upperBound...].dropFirst(5)
      if code.count == 5, code.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }),
        rest.hasPrefix(": ")
      {
        sqlState = String(code)
        message.removeSubrange(code.startIndex..<rest.index(rest.startIndex, offsetBy: 2))
      } else {
        next = message[severity.upperBound...].firstRange(of: ":  ")
      }
    }
    let kind = Self.connectKind(sqlState: sqlState, message: message)
    self.init(
      kind: kind, sqlState: sqlState, message: Self.oneLine(message),
      hint: Self.connectHint(kind: kind, message: message), doing: "connecting to \(target)")
  }

  private static func connectKind(sqlState: String?, message: String) -> Kind {
    if isUnknownToPooler(message) { return .authentication }
    if let sqlState {
      if sqlState.hasPrefix("28") { return .authentication }
      if sqlState == "3D000" { return .configuration }
      return .connect
    }
    // libpq speaks English here: nothing in this process calls setlocale.
    let authentication = ["no password supplied", "authentication method", "requires a password"]
    if authentication.contains(where: message.contains) { return .authentication }
    let tls = ["SSL", "certificate", "tlsv1", "TLS"]
    if tls.contains(where: message.contains) { return .tls }
    let configuration = ["invalid", "definition of service", "could not match"]
    if configuration.contains(where: message.contains) { return .configuration }
    return .connect
  }

  private static func connectHint(kind: Kind, message: String) -> String? {
    switch kind {
    case .tls where message.contains("does not support SSL"):
      "the server offers no TLS; sslmode=disable or prefer in the connection string allows that"
    case .tls:
      "set sslrootcert in the connection string to the server's CA certificate; sslmode=require "
        + "encrypts without verifying"
    case .authentication where isUnknownToPooler(message):
      "Supabase's poolers know a project by the user, which is ROLE.PROJECT, and by the host; copy both from "
        + "the dashboard's Connect"
    case .authentication: "check the user and the password of the connection string"
    case .connect where message.contains("Network is unreachable"):
      "the address is of a network that this machine has no way to, such as IPv6; Supabase's direct host has no "
        + "other, its poolers do"
    case .connect where isFull(message):
      "all connections are taken: run fewer workers, raise the pooler's pool size, or use its transaction mode"
    default: nil
    }
  }

  /// What Supavisor answers to a user or a host that it does not know, with SQLSTATE XX000 (supabase/cli issue 4277).
  private static func isUnknownToPooler(_ message: String) -> Bool {
    let text = message.lowercased()
    return text.contains("tenant") && text.contains("not found")
  }

  /// What Postgres answers (`too_many_connections`, in `src/backend/storage/lmgr/proc.c` and `postinit.c`), and Supavisor
  /// (its pull request 473) and PgBouncer in place of it.
  private static func isFull(_ message: String) -> Bool {
    let text = message.lowercased()
    return [
      "too many clients", "too many connections", "connection slots are reserved", "max clients",
      "max client connections", "max_client_conn",
    ].contains(where: text.contains)
  }

  /// A message of libpq as one line.
  static func oneLine(_ message: String) -> String {
    message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
