import CLibPQ
import Glibc
import Locks
import Logging

extension Session {
  /// Tries one address.
  ///
  /// - Parameters:
  ///   - parameters: libpq's, values as they are.
  ///   - target: the database, for messages.
  ///   - deadline: when to give up.
  ///   - completion: called once.
  func connect(
    parameters: [String: String], target: String, deadline: ContinuousClock.Instant,
    completion: @escaping (Result<Void, PostgresError>) -> Void
  ) {
    guard case .new = phase else {
      completion(.failure(unusable(doing: "connecting to \(target)")))
      return
    }
    self.target = target
    let names = parameters.keys.sorted()
    let connection = withCStrings(names.map(Optional.some)) { keywords in
      withCStrings(names.map { parameters[$0] }) { PQconnectStartParams(keywords, $0, 0) }
    }
    guard let connection else {
      completion(
        .failure(
          PostgresError(
            kind: .connect, message: "no memory for a connection", doing: "connecting to \(target)")
        ))
      return
    }
    self.connection = connection
    phase = .connecting(completion)
    // Verbose messages hold the SQLSTATE, which there is no other way to learn here.
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    PQsetNoticeReceiver(connection, noticeReceiver, Unmanaged.passUnretained(self).toOpaque())
    guard PQstatus(connection) != CONNECTION_BAD, PQsocket(connection) >= 0 else {
      failConnecting(
        PostgresError(connectMessage: String(cString: PQerrorMessage(connection)), target: target))
      return
    }
    timer = executor.schedule(at: deadline) { [unowned self] in
      timer = nil
      failConnecting(
        PostgresError(
          kind: .connect, message: "no connection within the time for connecting",
          doing: "connecting to \(target)"))
    }
    // The manual (34.1): before the first PQconnectPoll, act as if it had said "writing".
    watch(POLLOUT)
  }

  /// Gives up an attempt, since the task that wanted it was cancelled.
  func cancelConnecting() {
    failConnecting(
      PostgresError(
        kind: .cancelled, message: "cancelled while connecting", doing: "connecting to \(target)"))
  }

  func continueConnecting() {
    guard let connection, case .connecting = phase else { return }
    switch PQconnectPoll(connection) {
    case PGRES_POLLING_READING: watch(POLLIN)
    case PGRES_POLLING_WRITING: watch(POLLOUT)
    case PGRES_POLLING_OK:
      PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
      PQsetnonblocking(connection, 1)
      pinSettings()
    default:
      failConnecting(
        PostgresError(connectMessage: String(cString: PQerrorMessage(connection)), target: target))
    }
  }

  func failConnecting(_ error: PostgresError) {
    switch phase {
    case .connecting(let completion), .pinning(let completion):
      release()
      // Another address may be tried.
      phase = .new
      completion(.failure(error))
    case .new, .open, .ended: break
    }
  }

  /// Why nothing can be sent.
  func unusable(doing: String) -> PostgresError {
    var error = PostgresError(
      kind: .connectionLost, message: "the connection is not open", doing: doing)
    if case .ended(let reason) = phase {
      error.sqlState = reason.sqlState
      error.message = reason.message
    }
    return error
  }

  /// Takes a message that belongs to no statement.
  fileprivate func receive(notice: OpaquePointer) {
    let severity = ResultField.severity.text(of: notice)
    let error = PostgresError(result: notice, doing: "waiting for the database")
    if severity == "FATAL" || severity == "PANIC" {
      lastFatal = error
    } else {
      logger?.log(
        level: severity == "WARNING" ? .warning : .debug, "the database says: \(error.message)",
        metadata: ["sqlstate": "\(error.sqlState ?? "")"])
    }
  }
}

/// libpq would print notices on standard error.
private func noticeReceiver(context: UnsafeMutableRawPointer?, result: OpaquePointer?) {
  guard let context, let result else { return }
  Unmanaged<Session>.fromOpaque(context).takeUnretainedValue().receive(notice: result)
}
