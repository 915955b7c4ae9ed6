import Logging
import Postgres

/// Inspects the installation for as long as a worker runs: triggers, functions, columns, rights, locks.
///
/// The database notifies people and starts what has to be done; the log names each problem once.
public actor Inspector {
  private let configuration: PostgresConfiguration
  private let logger: Logger
  private var known: Set<InspectionFinding> = []
  private var hasFailed = false

  /// Prepares; nothing is asked yet.
  ///
  /// - Parameters:
  ///   - configuration: the database that is inspected. Each inspection opens a connection of its own, since a lock that it should
  ///     report may block the statements of the worker's connections.
  ///   - logger: told what is wrong.
  public init(configuration: PostgresConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Inspects at once and then again and again, until the task is cancelled.
  ///
  /// - Parameter period: the time between two inspections.
  public func run(every period: Duration = .seconds(60)) async {
    while !Task.isCancelled {
      await inspect()
      do { try await Task.sleep(for: period) } catch { return }
    }
  }

  /// Inspects once.
  public func inspect() async {
    do {
      let findings = try await read()
      hasFailed = false
      log(findings)
    } catch {
      // A database that cannot be reached changes nothing meanwhile. One that refuses the inspection may miss changes.
      if (error as? PostgresError)?.kind == .server { hasFailed = true }
      logger.info("the installation could not be inspected: \(error)")
    }
  }

  private func read() async throws -> [InspectionFinding] {
    let connection = try await PostgresConnection.connect(configuration)
    let result: Result<PostgresResult, PostgresError>
    do {
      result = .success(
        try await connection.query(
          """
          select subject, problem, remedy, is_error
          from jira_sync.record_inspection(\(hasFailed)::boolean)
          """, doing: "inspecting the installation"))
    } catch { result = .failure(error) }
    await connection.close()
    return try result.get().rows.map { try InspectionFinding($0) }
  }

  private func log(_ findings: [InspectionFinding]) {
    for finding in findings where !known.contains(finding) {
      logger.log(
        level: finding.isError ? .error : .warning, "\(finding.problem). \(finding.remedy)")
    }
    for finding in known where !findings.contains(finding) {
      logger.notice("repaired: \(finding.problem)")
    }
    known = Set(findings)
  }
}
