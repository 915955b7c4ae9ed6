extension PostgresError {
  /// Whether the same statement may pass later without anybody changing anything.
  public var isTransient: Bool {
    switch kind {
    case .connect, .connectionLost: return true
    case .configuration, .authentication, .tls, .decoding, .cancelled, .misuse: return false
    case .server: return sqlState.map(Self.isTransient(sqlState:)) ?? false
    }
  }

  /// Whether an error of this code can pass by itself (codes: appendix A of the Postgres manual).
  static func isTransient(sqlState: String) -> Bool {
    switch sqlState {
    case "25006": true  // read-only transaction: a fail-over has not finished
    case "26000": true  // a prepared statement that a pooler lost; it has no name the next time
    case "40001", "40P01", "40003": true  // serialization, deadlock, completion unknown
    case "55P03", "55006": true  // lock not available in time, object in use
    case "57014": true  // statement timeout: a busy server
    case let code where code.hasPrefix("08"): true  // connection
    case let code where code.hasPrefix("53"): true  // out of memory, disk, connections
    case let code where code.hasPrefix("57P"): true  // shutdown, crash, starting up
    case let code where code.hasPrefix("58"): true  // I/O of the server's machine
    default: false
    }
  }
}
