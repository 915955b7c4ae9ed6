import Logging
import Postgres

/// Inspects the installation for as long as a worker runs: triggers, functions, columns, rights, locks.
///
/// The database notifies people and starts what has to be done; the log names each problem once, when it comes.
public actor Inspector {
  private let database: PostgresClient
  private let logger: Logger
  private var known: Set<InspectionFinding> = []
  /// Whether the last inspection could not be made, as where the schema was damaged: changes may have been missed.
  private var hasFailed = false

  /// Prepares; nothing is asked yet.
  ///
  /// - Parameters:
  ///   - database: what is inspected.
  ///   - logger: told what is wrong.
  public init(database: PostgresClient, logger: Logger) {
    self.database = database
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
      let findings = try await database.query(
        "select subject, problem, remedy, is_error from jira_sync.record_inspection(\(hasFailed))",
        doing: "inspecting the installation"
      ).rows.map { try InspectionFinding($0) }
      hasFailed = false
      log(findings)
    } catch let error as PostgresError where error.kind == .server {
      hasFailed = true
      logger.error("the installation cannot be inspected: \(error). Repair it: jira-sync migrate")
    } catch {
      // A database that cannot be reached is reported by the worker itself.
      logger.info("the installation could not be inspected: \(error)")
    }
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
