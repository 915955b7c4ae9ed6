import Logging

extension PostgresConnection {
  /// Opens a connection: to the first host and address that lets us in.
  ///
  /// - Parameters:
  ///   - configuration: where and how.
  ///   - logger: told what the server says outside of answers.
  /// - Returns: an open connection.
  /// - Throws: `PostgresError` of kind `connect`, `authentication`, `tls`, `configuration` or `cancelled`. A refused
  ///   password ends the search, as with libpq; the server or the network may pass.
  public static func connect(
    _ configuration: PostgresConfiguration, logger: Logger? = nil
  ) async throws(PostgresError) -> PostgresConnection {
    let connection = PostgresConnection(logger: logger)
    await connection.prepare(for: configuration)
    var failures: [PostgresError] = []
    for host in configuration.hosts {
      if Task.isCancelled { throw .cancelled(doing: "connecting to \(configuration)") }
      let addresses: [[String: String]]
      // Not a part of the time for connecting: the system asks the second name server after five seconds.
      let looked = await host.addresses(until: .now + Resolver.patience)
      let deadline = ContinuousClock.now + configuration.connectTimeout
      switch looked {
      case .success(let found): addresses = found
      case .failure where Task.isCancelled:
        throw .cancelled(doing: "connecting to \(configuration)")
      case .failure(let failure):
        failures.append(
          PostgresError(
            kind: .connect,
            message: "host \(host.nameToResolve ?? "") was not found: \(failure.reason)",
            doing: "connecting to \(configuration)"))
        continue
      }
      for (index, parameters) in addresses.enumerated() {
        // An address that does not answer must leave time for the others.
        let share = (deadline - .now) / (addresses.count - index)
        do {
          try await connection.open(
            configuration.secured(parameters), target: configuration.description,
            deadline: .now + share)
          return connection
        } catch {
          if error.kind == .cancelled || error.kind == .authentication { throw error }
          failures.append(error)
        }
      }
    }
    throw summary(of: failures, configuration: configuration)
  }

  private func prepare(for configuration: PostgresConfiguration) {
    session.settings = SessionSettings(options: configuration.effective("options"))
    session.answerLimit = configuration.answerLimit
    session.cancelOverdue = { [weak self] ticket in self?.cancelSoon(ticket: ticket) }
  }

  private func open(
    _ parameters: [String: String], target: String, deadline: ContinuousClock.Instant
  ) async throws(PostgresError) {
    if Task.isCancelled { throw .cancelled(doing: "connecting to \(target)") }
    let outcome: Result<Void, PostgresError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        session.connect(parameters: parameters, target: target, deadline: deadline) {
          continuation.resume(returning: $0)
        }
      }
    } onCancel: {
      PollExecutor.shared.perform { self.assumeIsolated { $0.session.cancelConnecting() } }
    }
    try outcome.get()
  }

  /// One error for all that was tried.
  private static func summary(
    of failures: [PostgresError], configuration: PostgresConfiguration
  ) -> PostgresError {
    guard var summary = failures.last else {
      return PostgresError(
        kind: .configuration, message: "there is no host to try",
        doing: "connecting to \(configuration)")
    }
    var messages: [String] = []
    for failure in failures where !messages.contains(failure.message) {
      messages.append(failure.message)
    }
    summary.message = messages.joined(separator: "; ")
    return summary
  }
}
