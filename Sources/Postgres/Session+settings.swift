import CLibPQ
import Glibc
import Locks

extension Session {
  /// The isolation level of a transaction that no BEGIN began.
  ///
  /// SET takes no snapshot, and the level can only be set before one
  /// is taken. It ends with the transaction.
  private static let level: SQL = "SET transaction_isolation TO 'read committed'"

  /// What goes before a request so that our settings hold for it, in its transaction: nothing on a direct connection, whose
  /// session has them, and nothing in a transaction, which began with them.
  func preamble(of request: Request) -> [SQL] {
    guard !isPinned, !isInTransaction else { return [] }
    let settings = settings.pinLocally(version: serverVersion)
    if case .begin(let mode) = request { return [mode.begin, settings] }
    return [Self.level, settings]
  }

  /// Pins the settings of a connection that libpq has just opened, or learns that a pooler is between.
  func pinSettings() {
    guard let connection, case .connecting(let completion) = phase else { return }
    phase = .pinning(completion)
    settingsAnswer = (0, nil)
    let statement = settings.pin(of: backendPID, version: serverVersion)
    guard PQsendQueryParams(connection, statement.text, 0, nil, nil, nil, nil, 0) == 1 else {
      failConnecting(connectError)
      return
    }
    continuePinning()
  }

  /// Moves bytes both ways until the answer is there.
  func continuePinning() {
    guard let connection, case .pinning(let completion) = phase else { return }
    let isLost = PQconsumeInput(connection) != 1
    let flushed = PQflush(connection)
    while PQisBusy(connection) == 0 {
      guard let result = PQgetResult(connection) else {
        finishPinning(completion)
        return
      }
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_TUPLES_OK {
        settingsAnswer.rows = PQntuples(result)
      } else if settingsAnswer.error == nil {
        settingsAnswer.error = PostgresError(result: result, doing: "connecting to \(target)")
        // What a pooler says that gets no server; it is another address that may be tried.
        settingsAnswer.error?.kind = .connect
      }
    }
    if isLost || flushed < 0 {
      failConnecting(settingsAnswer.error ?? connectError)
    } else {
      watch(flushed == 1 ? POLLIN | POLLOUT : POLLIN)
    }
  }

  private func finishPinning(_ completion: @escaping (Result<Void, PostgresError>) -> Void) {
    if let error = settingsAnswer.error {
      failConnecting(error)
      return
    }
    isPinned = settingsAnswer.rows == 1
    preparedStatements.heard(isDirect: isPinned)
    if let timer { executor.cancel(timer: timer) }
    timer = nil
    phase = .open
    openFlag.withLock { $0 = true }
    watch(POLLIN)
    completion(.success(()))
  }

  /// Why libpq could not go on.
  private var connectError: PostgresError {
    PostgresError(
      connectMessage: connection.map { String(cString: PQerrorMessage($0)) } ?? "", target: target)
  }
}
