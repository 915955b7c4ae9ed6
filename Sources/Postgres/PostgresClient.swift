import Logging

/// Keeps one connection for those who live long: opened when first needed, and again after a loss.
///
/// It never repeats a statement by itself, since it is unknown whether a lost one was executed: the call that was under way
/// throws, and the next one connects anew. Attempts that fail are spaced by `ReconnectBackoff`; a call that comes too early
/// waits.
public actor PostgresClient {
  /// Where the database is.
  public nonisolated let configuration: PostgresConfiguration
  private let logger: Logger?
  private var backoff = ReconnectBackoff()
  private var notBefore: ContinuousClock.Instant?
  private var current: (connection: PostgresConnection, since: ContinuousClock.Instant)?
  private var attempt: Task<Void, Never>?
  private var waiting: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
  private var lastTicket: UInt64 = 0
  private var isShut = false

  private typealias Outcome = Result<PostgresConnection, PostgresError>

  /// Connects to nothing yet.
  ///
  /// - Parameters:
  ///   - configuration: where and how.
  ///   - logger: told of losses, and what the server says outside of answers.
  public init(_ configuration: PostgresConfiguration, logger: Logger? = nil) {
    self.configuration = configuration
    self.logger = logger
  }

  /// The connection, opened where there is none.
  ///
  /// Callers that come meanwhile share the attempt.
  ///
  /// - Returns: a connection that was open just now.
  /// - Throws: `PostgresError` where it cannot be opened; of kind `misuse` after `close()`.
  public func connection() async throws(PostgresError) -> PostgresConnection {
    let doing = "connecting to \(configuration)"
    if Task.isCancelled { throw .cancelled(doing: doing) }
    if isShut {
      throw PostgresError(kind: .misuse, message: "the client was closed", doing: doing)
    }
    if let current {
      if !current.connection.isClosed { return current.connection }
      forget(after: current.since.duration(to: .now))
    }
    if attempt == nil { attempt = newAttempt() }
    lastTicket += 1
    let ticket = lastTicket
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { waiting[ticket] = $0 }
    } onCancel: {
      Task { await abandon(ticket: ticket) }
    }
    return try outcome.get()
  }

  /// Runs one statement, see `PostgresConnection.query(_:doing:)`.
  public func query(_ sql: SQL, doing: String) async throws(PostgresError) -> PostgresResult {
    try await connection().query(sql, doing: doing)
  }

  /// Runs several statements in one round trip, see `PostgresConnection.pipeline(_:doing:)`.
  public func pipeline(
    _ statements: [SQL], doing: String
  ) async throws(PostgresError) -> [PostgresResult] {
    try await connection().pipeline(statements, doing: doing)
  }

  /// Runs a closure in a transaction, see `PostgresConnection.transaction(doing:isolation:_:)`.
  public func transaction<T>(
    doing: String, isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresTransaction) async throws -> T
  ) async throws -> T {
    try await connection().transaction(doing: doing, isolation: isolation, body)
  }

  /// Closes the connection for good; what runs on it fails.
  public func close() async {
    isShut = true
    attempt?.cancel()
    await attempt?.value
    await current?.connection.close()
    current = nil
  }

  /// Closes the connection, whatever runs on it, which fails; the next call connects anew.
  public func giveUpConnection() async {
    attempt?.cancel()
    await current?.connection.close()
  }

  private func forget(after lifetime: Duration) {
    var generator = SystemRandomNumberGenerator()
    notBefore = .now + backoff.lost(after: lifetime, using: &generator)
    current = nil
    logger?.warning("the connection to \(configuration) was lost; connecting again")
  }

  private func abandon(ticket: UInt64) {
    waiting.removeValue(forKey: ticket)?
      .resume(returning: .failure(.cancelled(doing: "connecting to \(configuration)")))
  }

  /// The attempt is a task of its own, so that no caller's cancellation takes it from the others.
  private func newAttempt() -> Task<Void, Never> {
    Task {
      let outcome = await connect()
      attempt = nil
      let callers = waiting
      waiting = [:]
      for caller in callers.values { caller.resume(returning: outcome) }
    }
  }

  private func connect() async -> Outcome {
    if let notBefore {
      do {
        try await Task.sleep(until: notBefore, clock: .continuous)
      } catch {
        return .failure(.cancelled(doing: "connecting to \(configuration)"))
      }
    }
    do throws(PostgresError) {
      let connection = try await PostgresConnection.connect(configuration, logger: logger)
      if isShut {
        await connection.close()
        return .failure(.cancelled(doing: "connecting to \(configuration)"))
      }
      current = (connection, .now)
      notBefore = nil
      return .success(connection)
    } catch {
      var generator = SystemRandomNumberGenerator()
      notBefore = .now + backoff.failed(using: &generator)
      return .failure(error)
    }
  }
}
