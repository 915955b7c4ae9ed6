import Locks
import Logging

/// One connection to the database.
///
/// Callers take turns in the order they came. A cancelled caller leaves the line, or its statement is cancelled at the
/// server, and the connection stays usable. All connections of a process share one thread; no call blocks Swift's pool.
public actor PostgresConnection {
  /// What NOTIFY sends to the channels of `listen`, as soon as it comes, whether a statement runs or not.
  ///
  /// For one reader. Keeps the newest 4096 that were not read. Ends when the connection is closed, and throws when it is lost.
  public nonisolated let notifications: AsyncThrowingStream<PostgresNotification, any Error>
  let session: Session
  private let openFlag: Lock<Bool>
  private var turns = TurnGate<CheckedContinuation<Turn, Never>>()
  private var transaction: (id: UInt64, turns: TurnGate<CheckedContinuation<Turn, Never>>)?
  private var lastTicket: UInt64 = 0

  /// How waiting for a turn ended.
  enum Turn {
    case granted
    case cancelled
    /// The transaction ended first.
    case over
  }

  /// The thread that all connections share.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    PollExecutor.shared.asUnownedSerialExecutor()
  }

  init(logger: Logger?) {
    let (stream, continuation) = AsyncThrowingStream.makeStream(
      of: PostgresNotification.self, bufferingPolicy: .bufferingNewest(4_096))
    notifications = stream
    openFlag = Lock(false)
    session = Session(logger: logger, notifications: continuation, openFlag: openFlag)
  }

  isolated deinit { session.end(Self.closed, isLoss: false) }

  private static var closed: PostgresError {
    PostgresError(
      kind: .connectionLost, message: "the connection was closed", doing: "using a connection")
  }

  /// Whether the connection was closed or lost.
  public nonisolated var isClosed: Bool { !openFlag.withLock { $0 } }

  /// The server process that serves this connection.
  public var backendPID: Int32 { session.backendPID }

  /// The server's version as in `server_version_num`: 150018 is 15.18.
  public var serverVersion: Int { session.serverVersion }

  /// Ends the connection; what runs or waits on it fails.
  ///
  /// Closing twice is harmless.
  public func close() { session.end(Self.closed, isLoss: false) }

  /// Closes the connection; what runs at the server is cancelled, as far as it can be reached.
  public func cancelAndClose() {
    let request = session.cancelRequest()
    close()
    guard let request else { return }
    // The caller does not wait for that: a server that cannot be reached is left alone.
    _ = BlockingThread.start(name: "postgres-cancel") { _ = request.send() }
  }

  // MARK: Turns

  func newTicket() -> UInt64 {
    lastTicket += 1
    return lastTicket
  }

  /// Waits until the callers before this one have finished.
  ///
  /// - Parameters:
  ///   - id: the transaction that asks; nil for a caller of its own.
  ///   - doing: for the error.
  ///   - isCancellable: false for the end of a transaction, which must happen.
  /// - Throws: `PostgresError` of kind `cancelled`, or `misuse` where the transaction is over.
  func takeTurn(
    in id: UInt64?, doing: String, isCancellable: Bool = true
  ) async throws(PostgresError) {
    let ticket = newTicket()
    if isCancellable && Task.isCancelled { throw .cancelled(doing: doing) }
    let turn: Turn
    if try takeIfFree(in: id, doing: doing) {
      turn = .granted
    } else if isCancellable {
      turn = await withTaskCancellationHandler {
        await wait(in: id, ticket: ticket)
      } onCancel: {
        cancelSoon(ticket: ticket)
      }
    } else {
      turn = await wait(in: id, ticket: ticket)
    }
    switch turn {
    case .granted: break
    case .cancelled: throw .cancelled(doing: doing)
    case .over: throw .transactionOver(doing: doing)
    }
  }

  private func takeIfFree(in id: UInt64?, doing: String) throws(PostgresError) -> Bool {
    guard let id else { return turns.takeIfFree() }
    guard transaction?.id == id else { throw .transactionOver(doing: doing) }
    return transaction?.turns.takeIfFree() == true
  }

  private func wait(in id: UInt64?, ticket: UInt64) async -> Turn {
    await withCheckedContinuation { continuation in
      if id == nil {
        turns.wait(continuation, ticket: ticket)
      } else {
        transaction?.turns.wait(continuation, ticket: ticket)
      }
    }
  }

  func endTurn(in id: UInt64?) {
    let next = id == nil ? turns.release() : transaction?.turns.release()
    next?.resume(returning: .granted)
  }

  // MARK: Transactions

  /// Makes the turn that the caller has one of a transaction.
  func openTransaction() -> UInt64 {
    let id = newTicket()
    transaction = (id, TurnGate())
    return id
  }

  /// Ends the transaction and the turn that it held; whoever still waits in it is sent away.
  func closeTransaction() {
    let left = transaction?.turns.dismissAll() ?? []
    transaction = nil
    for waiter in left { waiter.resume(returning: .over) }
    endTurn(in: nil)
  }

  func hasTransactionOpen(_ id: UInt64) -> Bool {
    transaction?.id == id && session.isInTransaction
  }

  // MARK: Cancelling

  nonisolated func cancelSoon(ticket: UInt64) {
    PollExecutor.shared.perform { self.assumeIsolated { $0.cancel(ticket: ticket) } }
  }

  private func cancel(ticket: UInt64) {
    if let waiter = turns.abandon(ticket: ticket) ?? transaction?.turns.abandon(ticket: ticket) {
      waiter.resume(returning: .cancelled)
      return
    }
    guard let request = session.beginCancel(ticket: ticket) else { return }
    Task {
      // Without a thread there is no request; the statement then ends by itself or by the grace.
      _ = await BlockingThread.run(name: "postgres-cancel") { request.send() }
      session.cancelReturned(ticket: ticket)
    }
  }
}

extension PostgresError {
  static func cancelled(doing: String) -> PostgresError {
    PostgresError(kind: .cancelled, message: "cancelled before it was sent", doing: doing)
  }

  static func transactionOver(doing: String) -> PostgresError {
    PostgresError(
      kind: .misuse, message: "the transaction is over",
      hint: "use it inside of its closure only, and await everything there", doing: doing)
  }
}
