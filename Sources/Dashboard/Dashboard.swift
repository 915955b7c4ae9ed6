import JSON
import JobQueue

/// What a worker shows of itself and of the queue, path by path.
public struct Dashboard: Sendable {
  /// Whom it is about.
  public struct Subject: Sendable {
    /// The worker's name, host and process id.
    public var name: String
    /// The program's version.
    public var version: String
    /// How the worker is doing.
    public var vitals: WorkerVitals
    /// Why nothing that calls JIRA can be done; nil where it can.
    public var closedReason: @Sendable () -> String?

    /// Describes a worker.
    public init(
      name: String, version: String, vitals: WorkerVitals,
      closedReason: @escaping @Sendable () -> String?
    ) {
      self.name = name
      self.version = version
      self.vitals = vitals
      self.closedReason = closedReason
    }
  }

  private let subject: Subject
  private let metrics: ProcessMetrics
  private let source: SnapshotSource

  /// Makes a dashboard; the database is asked only when a request comes.
  ///
  /// - Parameters:
  ///   - subject: the worker.
  ///   - metrics: what it counts.
  ///   - source: what the database says.
  public init(subject: Subject, metrics: ProcessMetrics, source: SnapshotSource) {
    self.subject = subject
    self.metrics = metrics
    self.source = source
  }

  /// Answers a probe, which needs neither the database nor a thread of the pool; nil where the request is none.
  func probe(_ request: DashboardRequest) -> DashboardResponse? {
    guard request.method == "GET" || request.method == "HEAD" else { return nil }
    return switch request.path {
    case "/healthz": health
    case "/readyz": ready
    default: nil
    }
  }

  /// Answers a request.
  func respond(to request: DashboardRequest) async -> DashboardResponse {
    let answer: @Sendable () async -> DashboardResponse
    switch request.path {
    case "/healthz": answer = { health }
    case "/readyz": answer = { ready }
    case "/metrics": answer = { await exposition }
    case "/": answer = { await page(request) }
    default:
      return .text(
        404, "There is nothing at '\(request.path.prefix(80))': see /, /metrics, /readyz, /healthz."
      )
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      return .text(405, "This can only be read.", headers: [("Allow", "GET, HEAD")])
    }
    return await answer()
  }

  private var readiness: Readiness {
    Readiness(subject.vitals.reading, closedReason: subject.closedReason(), now: .now)
  }

  private var health: DashboardResponse {
    .text(200, "alive")
  }

  private var ready: DashboardResponse {
    let readiness = readiness
    let body: JSON = [
      "ready": .bool(readiness.isReady),
      "reasons": .array(readiness.reasons.map(JSON.string)),
      "notes": .array(readiness.notes.map(JSON.string)),
    ]
    return DashboardResponse(
      status: readiness.isReady ? 200 : 503, contentType: "application/json; charset=utf-8",
      body: body.printable + "\n")
  }

  private var exposition: DashboardResponse {
    get async {
      let queue = await source.snapshot(isDetailed: false)
      let exposition = Exposition(
        process: metrics, vitals: subject.vitals.reading, readiness: readiness,
        version: subject.version, queue: queue)
      return DashboardResponse(
        status: 200, contentType: OpenMetricsWriter.contentType, body: exposition.text)
    }
  }

  private func page(_ request: DashboardRequest) async -> DashboardResponse {
    let outcome = await source.snapshot(isDetailed: true)
    let page = DashboardPage(
      outcome: outcome, readiness: readiness, counts: metrics.counts, uptime: metrics.uptime,
      name: subject.name, version: subject.version,
      refresh: RefreshInterval(request.parameter("refresh")), nonce: Nonce.random())
    return DashboardResponse(
      status: 200, contentType: "text/html; charset=utf-8",
      headers: DashboardResponse.securityHeaders(nonce: page.nonce), body: page.html.text)
  }
}
