/// Why the database did not do what was asked.
///
/// `description` and `message` hold no parameter and no value of a row, so they may be logged. `detail` and `context` come
/// from the server as they are and may hold such values.
public struct PostgresError: Error, Sendable, Hashable {
  /// What went wrong.
  public enum Kind: String, Sendable, Hashable {
    /// The connection string is malformed or names something that does not exist.
    case configuration
    /// No connection: name not found, refused, unreachable, not in time, or the server accepts no connections now.
    case connect
    /// The server does not accept who we say we are (SQLSTATE class 28).
    case authentication
    /// TLS failed: certificate not verified, not offered, or the handshake broke.
    case tls
    /// The connection ended while it was in use, or was closed; a statement under way may have been carried out.
    case connectionLost
    /// The server answered with an error, see `sqlState`.
    case server
    /// A result is not of the type that was asked for.
    case decoding
    /// The task that waited was cancelled; the statement was not carried out.
    case cancelled
    /// The caller used this library in a way that cannot work.
    case misuse
  }

  /// What went wrong.
  public var kind: Kind
  /// The server's five-character code, see appendix A of the Postgres manual.
  public var sqlState: String?
  /// What the server or libpq said, values taken out.
  public var message: String
  /// The server's second message; may hold values of rows.
  public var detail: String?
  /// What the server, or we, suggest.
  public var hint: String?
  /// The constraint that was violated.
  public var constraint: String?
  /// The column that the error is about.
  public var column: String?
  /// The table that the error is about.
  public var table: String?
  /// The schema of that table or constraint.
  public var schema: String?
  /// The server's call stack of functions; may hold values.
  public var context: String?
  /// Where in the statement the error is, in characters from 1.
  public var position: Int?
  /// What was being done, as a gerund: "claiming jobs".
  public var doing: String

  /// Describes a failure.
  ///
  /// - Parameters:
  ///   - kind: what went wrong.
  ///   - sqlState: the server's code.
  ///   - message: what was said, without values.
  ///   - hint: what to do next.
  ///   - doing: what was being done.
  public init(
    kind: Kind, sqlState: String? = nil, message: String, hint: String? = nil, doing: String
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.hint = hint
    self.doing = doing
  }
}

extension PostgresError: CustomStringConvertible {
  /// What happened, without values.
  public var description: String {
    var facts: [String] = []
    if let sqlState { facts.append("SQLSTATE \(sqlState)") }
    if let table { facts.append("table " + (schema.map { $0 + "." } ?? "") + table) }
    if let column { facts.append("column \(column)") }
    if let constraint { facts.append("constraint \(constraint)") }
    var text = "\(doing): \(message)"
    if !facts.isEmpty { text += " (\(facts.joined(separator: ", ")))" }
    if let hint { text += ". \(hint)" }
    return text
  }
}
