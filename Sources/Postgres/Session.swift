import CLibPQ
import Glibc
import Locks
import Logging

/// One connection of libpq: everything that touches the `PGconn`, driven by its socket.
///
/// It belongs to a `PostgresConnection` and is used on the executor's thread only. It waits for nothing: who starts
/// something gives a closure that is called when it has ended.
final class Session: PollHandler {
  /// What to send.
  enum Request {
    /// One statement, extended protocol, unnamed.
    case query(SQL)
    /// Several statements and one sync: one round trip and one implicit transaction.
    case pipeline([SQL])
    /// The begin of a transaction.
    case begin(TransactionMode)
    /// Any text, simple protocol.
    case script(String)
  }

  /// What is under way.
  struct Operation {
    let ticket: UInt64
    let doing: String
    let request: Request
    /// How the statement of a query was sent.
    let way: PreparedStatements.Way
    /// What was sent before it, to set settings.
    let preamble: [SQL]
    let completion: (Result<[PostgresResult], PostgresError>) -> Void
    var results: [PostgresResult] = []
    var failure: PostgresError?
    var isComplete = false
    var isCancelRequested = false
    /// The server took longer than the configuration allows.
    var isOverdue = false
    /// A cancel request is on its way and could still hit whatever runs when it arrives.
    var isCancelInFlight = false

    /// Whether it was sent in pipeline mode.
    var isPipelined: Bool {
      switch request {
      case .pipeline: true
      case .query, .begin: way.isPipelined || !preamble.isEmpty
      case .script: false
      }
    }
  }

  /// How far it is.
  enum Phase {
    /// Nothing was opened; next: connecting, ended.
    case new
    /// libpq is connecting; next: pinning, new (that attempt failed), ended.
    case connecting((Result<Void, PostgresError>) -> Void)
    /// The settings were sent; next: open, new (that attempt failed), ended.
    case pinning((Result<Void, PostgresError>) -> Void)
    /// In use; next: ended.
    case open
    /// Closed or lost, for good, with the reason.
    case ended(PostgresError)
  }

  let executor = PollExecutor.shared
  let logger: Logger?
  let notifications: AsyncThrowingStream<PostgresNotification, any Error>.Continuation
  /// What the outside sees of the phase.
  let openFlag: Lock<Bool>
  var phase = Phase.new
  var connection: OpaquePointer?
  var registration: (id: UInt64, descriptor: Int32)?
  var timer: UInt64?
  var operation: Operation?
  /// The database, for messages.
  var target = "the database"
  /// How long an answer may take.
  var answerLimit: Duration?
  /// Cancels the statement that took longer.
  var cancelOverdue: (_ ticket: UInt64) -> Void = { _ in }
  /// The settings that our statements are written for.
  var settings = SessionSettings()
  /// What has come of the answer to them.
  var settingsAnswer: (rows: Int32, error: PostgresError?) = (0, nil)
  /// Whether they hold for the whole session: there is no pooler between.
  var isPinned = false
  /// What the server keeps of statements.
  var preparedStatements = PreparedStatements()
  /// The last FATAL message that came outside of a result.
  var lastFatal: PostgresError?

  init(
    logger: Logger?,
    notifications: AsyncThrowingStream<PostgresNotification, any Error>.Continuation,
    openFlag: Lock<Bool>
  ) {
    self.logger = logger
    self.notifications = notifications
    self.openFlag = openFlag
  }

  var isOpen: Bool {
    if case .open = phase { return true }
    return false
  }

  /// Whether the server has a transaction open on this connection.
  var isInTransaction: Bool {
    guard isOpen, let connection else { return false }
    let status = PQtransactionStatus(connection)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  var backendPID: Int32 { connection.map { PQbackendPID($0) } ?? 0 }

  var serverVersion: Int { connection.map { Int(PQserverVersion($0)) } ?? 0 }

  func socketReady() {
    switch phase {
    case .connecting: continueConnecting()
    case .pinning: continuePinning()
    case .open: pump()
    case .new, .ended: break
    }
  }

  /// Waits for these events on the socket that libpq uses now; it may be another one after each step of connecting.
  func watch(_ events: Int32) {
    guard let connection else { return }
    let descriptor = PQsocket(connection)
    if let registration, registration.descriptor == descriptor {
      executor.watch(registration.id, events: events)
      return
    }
    if let registration { executor.unregister(registration.id) }
    registration = (
      executor.register(descriptor, events: events, handler: self), descriptor
    )
  }

  /// Ends the session; what is under way fails with the reason.
  ///
  /// - Parameters:
  ///   - reason: why it ended.
  ///   - isLoss: whether listeners are told, too: a connection that was closed on purpose just ends.
  func end(_ reason: PostgresError, isLoss: Bool) {
    if case .ended = phase { return }
    let previous = phase
    phase = .ended(reason)
    openFlag.withLock { $0 = false }
    release()
    if isLoss { notifications.finish(throwing: reason) } else { notifications.finish() }
    switch previous {
    case .connecting(let completion), .pinning(let completion): completion(.failure(reason))
    case .new, .open, .ended: break
    }
    if let operation {
      self.operation = nil
      var failure = reason
      failure.doing = operation.doing
      if operation.isComplete && operation.failure == nil && !operation.results.isEmpty {
        operation.completion(.success(learn(from: operation)))
      } else {
        operation.completion(.failure(failure))
      }
    }
  }

  /// Gives back socket, timer and memory.
  func release() {
    if let timer { executor.cancel(timer: timer) }
    timer = nil
    if let registration { executor.unregister(registration.id) }
    registration = nil
    if let connection { PQfinish(connection) }
    connection = nil
  }

  /// Ends the session since the server or the network did.
  func lose() {
    var message = connection.map { String(cString: PQerrorMessage($0)) } ?? ""
    message = PostgresError.oneLine(message)
    let cause = operation?.failure.flatMap { $0.isAboutTheConnection ? $0 : nil } ?? lastFatal
    var error = PostgresError(
      kind: .connectionLost, sqlState: cause?.sqlState,
      message: "the connection to \(target) was lost: "
        + (cause?.message ?? (message.isEmpty ? "the server closed it" : message)),
      doing: "waiting for the database")
    error.detail = cause?.detail
    end(error, isLoss: true)
  }
}

extension PostgresError {
  /// Whether the server said with this error that it ends the connection.
  var isAboutTheConnection: Bool {
    guard let sqlState else { return true }
    return sqlState.hasPrefix("57P") || sqlState.hasPrefix("08") || sqlState == "25P03"
      || sqlState == "25P04"
  }
}
