import Dashboard
import JobQueue
import Logging
import Postgres
import SyncConfiguration
import SyncEngine

/// The dashboard of a worker: what it counts, and the server, from before the worker begins until after it has ended.
struct WorkerDashboard: Sendable {
  /// What the worker counts; nil where nothing is served.
  let metrics: ProcessMetrics?
  private let settings: DashboardSettings
  private let database: PostgresConfiguration
  private let logger: Logger

  init(settings: DashboardSettings, database: PostgresConfiguration, logger: Logger) {
    self.settings = settings
    self.database = database
    self.logger = logger
    metrics = settings.port == nil ? nil : ProcessMetrics()
  }

  /// Does something while the dashboard is served, if it is to be.
  ///
  /// - Parameters:
  ///   - name: the worker's name.
  ///   - vitals: how the worker is doing.
  ///   - session: whether JIRA can be called.
  ///   - body: what to do.
  /// - Returns: what the body returns.
  /// - Throws: `DashboardBindError`, or what the body throws.
  func serving<Value: Sendable>(
    name: String, vitals: WorkerVitals, session: SiteSession,
    _ body: () async throws -> Value
  ) async throws -> Value {
    guard let metrics, let port = settings.port else { return try await body() }
    let source = SnapshotSource(database, logger: logger)
    let dashboard = Dashboard(
      subject: Dashboard.Subject(
        name: name, version: JiraSync.version, vitals: vitals,
        closedReason: { session.closedReason }), metrics: metrics, source: source)
    let server = try await DashboardServer.start(
      host: settings.host, port: port, names: settings.names, dashboard: dashboard)
    logger.notice("the dashboard is on \(server.url)")
    let result: Result<Value, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    await server.stop()
    await source.close()
    return try result.get()
  }
}
