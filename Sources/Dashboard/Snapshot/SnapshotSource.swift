import CSys
import Logging
import Postgres

/// Asks the database when a page or metrics are requested, on a connection of its own, at most once a second.
///
/// Who comes while a question is under way gets its answer. Half a minute after the last one the connection is closed,
/// so that a worker without requests has none.
public actor SnapshotSource {
  /// An answer, or in words why there is none.
  enum Outcome: Sendable {
    case taken(Snapshot)
    case failed(String)
  }

  private static let freshness = Duration.seconds(1)
  private static let patience = Duration.seconds(4)
  private static let idleTime = Duration.seconds(30)

  private let configuration: PostgresConfiguration
  private let logger: Logger
  private var connection: PostgresConnection?
  private var last: (outcome: Outcome, isDetailed: Bool, at: ContinuousClock.Instant)?
  private var question: Task<Void, Never>?
  private var closing: Task<Void, any Error>?

  /// Prepares a source; it connects at the first request.
  ///
  /// - Parameters:
  ///   - configuration: the database.
  ///   - logger: told what the connection notes.
  public init(_ configuration: PostgresConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// What the database says, at most a second old.
  ///
  /// - Parameter isDetailed: whether the lists of the page are wanted, too.
  /// - Returns: the snapshot, or why there is none.
  func snapshot(isDetailed: Bool) async -> Outcome {
    while true {
      if let last, last.at + Self.freshness > .now, last.isDetailed || !isDetailed {
        return last.outcome
      }
      if let question {
        await question.value
        // A question for less than is wanted here was under way: the next one is ours.
        continue
      }
      let question = Task { await ask(isDetailed: isDetailed) }
      self.question = question
      await question.value
    }
  }

  /// Closes the connection.
  public func close() async {
    closing?.cancel()
    await connection?.close()
    connection = nil
  }

  private func ask(isDetailed: Bool) async {
    closing?.cancel()
    let outcome: Outcome
    do {
      outcome = .taken(try await take(isDetailed: isDetailed))
    } catch {
      await connection?.close()
      connection = nil
      outcome = .failed("\(error)")
    }
    last = (outcome, isDetailed, .now)
    question = nil
    closing = Task {
      try await Task.sleep(for: Self.idleTime)
      await self.rest()
    }
  }

  /// After the last request: frees the memory of the answers.
  private func rest() async {
    guard question == nil else { return }
    await connection?.close()
    connection = nil
    last = nil
    csys_release_free_memory()
  }

  private func take(isDetailed: Bool) async throws(PostgresError) -> Snapshot {
    let connection = try await connected()
    // A database that has gone silent must not make anybody wait for longer than this.
    let watchdog = Task {
      try await Task.sleep(for: Self.patience)
      await connection.close()
    }
    defer { watchdog.cancel() }
    let statements = SnapshotQueries.counts + (isDetailed ? SnapshotQueries.details : [])
    return try Snapshot(
      try await connection.pipeline(statements, doing: "looking at the queue for the dashboard"))
  }

  private func connected() async throws(PostgresError) -> PostgresConnection {
    if let connection, !connection.isClosed { return connection }
    let configuration = configuration
    let logger = logger
    let attempt = Task { () async -> Result<PostgresConnection, PostgresError> in
      do throws(PostgresError) {
        return .success(try await PostgresConnection.connect(configuration, logger: logger))
      } catch {
        return .failure(error)
      }
    }
    let watchdog = Task {
      try await Task.sleep(for: Self.patience)
      attempt.cancel()
    }
    defer { watchdog.cancel() }
    let opened = try await attempt.value.get()
    connection = opened
    return opened
  }
}
