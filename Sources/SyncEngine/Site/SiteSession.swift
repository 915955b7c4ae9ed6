import JSON
import Jira
import JobQueue
import Locks
import Logging
import Mapping
import Postgres
import SyncConfiguration

/// Keeps the way to JIRA: finds out what the site is like, closes when it cannot be reached or does not believe us, and opens
/// again by itself.
///
/// Whether it is open is known to the whole fleet: the circuit in the database opens once for all, one worker at a time probes,
/// and the first that gets through closes it for everybody. While it is open, nothing that calls JIRA is claimed, so no attempts
/// are spent on an outage. How fast JIRA is called is shared in the same way.
public actor SiteSession {
  private let address: String
  private let client: JiraClient
  private let projectKey: String
  private let mapping: Mapping
  private let limits: SiteLimits
  private let store: SiteStore
  private let budget: CallBudget
  private let circuit: Circuit
  private let logger: Logger
  private let state = SiteState()
  private let wakeSignal = WakeSignal()
  private var hasTried = false
  /// It failed by itself, so it comes back only by a call of its own that works, whatever others say.
  private var mustProve = false
  private var failures = 0
  private var suspicion: (task: Task<Void, Never>, since: ContinuousClock.Instant)?
  /// For how long the site's fields are believed by a row that lacks something of them: longer each time that nothing had changed.
  private var trust: Duration
  private let leastTrust: Duration
  private var rereading: Task<Void, Never>?
  private static let mostTrust = Duration.seconds(300)
  private let extent = Lock(OutageExtent())
  /// What was read of the site by attempts that did not come to their end.
  private var memory = ReadMemory()

  /// Prepares a session; nothing is sent before `keepOpen`.
  ///
  /// - Parameters:
  ///   - client: how JIRA is called.
  ///   - project: the key of the project.
  ///   - mapping: what is kept in sync.
  ///   - database: what remembers the site, and what the fleet shares of it.
  ///   - limits: how fast JIRA may be called by all workers together.
  ///   - trust: for how long what was read of the site is believed where a row lacks something of it; up to five minutes where nothing has changed.
  ///   - member: who this process is to the others.
  ///   - logger: where it says what is out of reach.
  public init(
    client: JiraClient, project: String, mapping: Mapping, database: PostgresClient,
    limits: SiteLimits = .standard, trust: Duration = .seconds(2),
    member: SiteMember = SiteMember(), logger: Logger
  ) {
    self.trust = trust
    leastTrust = trust
    address = client.configuration.siteURL
    self.client = client.waiting(atMost: limits.longestWait)
    projectKey = project
    self.mapping = mapping
    self.limits = limits
    store = SiteStore(database: database)
    budget = CallBudget(database: database)
    circuit = Circuit(
      database: database, member: member, credentials: client.configuration.credentials.mark)
    self.logger = logger
  }

  /// What is notified on the queue's channel when the circuit was opened or closed.
  public static let notification = "circuit"

  /// The site, nil while it is closed.
  public nonisolated var site: Site? { state.site }

  /// Why nothing can be done, nil where it can.
  public nonisolated var closedReason: String? { state.closedReason }

  /// Opens the site, and again after each trouble, until the task is cancelled.
  ///
  /// - Parameter opened: called whenever work has become possible.
  /// - Throws: `SiteError` and `PostgresError` where waiting would be of no use.
  public func keepOpen(opened: @escaping @Sendable () async -> Void) async throws {
    while !Task.isCancelled {
      let wasOpen = state.site != nil
      let pause: Duration?
      do {
        pause = try await lookAround()
      } catch let error as SiteError {
        throw error
      } catch is CancellationError {
        return
      } catch {
        // The worker says what is wrong with the database.
        _ = state.close("the database is out of reach: \(error)")
        failures += 1
        pause = backoff
      }
      if !wasOpen, state.site != nil { await opened() }
      await wakeSignal.wait(atMost: pause)
    }
  }

  /// A call failed in a way that will fail for every job: nothing more is claimed until a probe succeeds.
  ///
  /// Calls of `site.client` report by themselves.
  ///
  /// - Parameter error: what JIRA said, or why it could not be reached.
  public func report(_ error: JiraError) async {
    guard error.concernsTheSite else { return }
    guard error.kind != .circuitOpen else {
      if state.close(error.messages.first ?? "\(error)") { await wakeSignal.send() }
      return
    }
    await admit(error)
  }

  /// Another worker has told the fleet something about the circuit.
  public nonisolated func heardFromFleet() async { await wakeSignal.send() }

  /// Reads the site's fields again for a row that lacks something of them, unless that was done just before.
  ///
  /// - Parameter site: the site as the row's plan was made for it.
  /// - Returns: whether there is a newer one now.
  func rereads(_ site: Site) async -> Bool {
    if let rereading {
      await rereading.value
    } else if let current = state.site, current.readAt <= site.readAt,
      .now - current.readAt >= trust
    {
      let task = Task { await reread(current) }
      rereading = task
      await task.value
      rereading = nil
    }
    return state.site.map { $0.readAt > site.readAt } ?? false
  }

  private func reread(_ old: Site) async {
    do {
      let site = try await discover()
      trust = site.mapping == old.mapping ? min(trust * 2, Self.mostTrust) : leastTrust
      if state.site != nil { reopen(site) }
    } catch let error as JiraError {
      await report(error)
    } catch {
      logger.warning("could not read the fields of JIRA again: \(error)")
    }
  }

  // MARK: - In and out

  /// Looks how things stand, and opens or closes accordingly.
  ///
  /// - Returns: after which time to look again; nil while it is open.
  private func lookAround() async throws -> Duration? {
    guard hasTried else {
      // Who has just come finds out by himself: the circuit may have been open since the last one left.
      hasTried = true
      return try await attempt()
    }
    let turn = try await circuit.turn()
    guard turn.isOpen else {
      if state.site != nil { return nil }
      guard let last = state.last, !mustProve,
        turn.closedCredentials ?? circuit.credentials == circuit.credentials
      else { return try await attempt() }
      reopen(last)
      return nil
    }
    close(turn.reason ?? "another worker could not call JIRA")
    return turn.isMine ? try await attempt() : min(max(turn.wait, .milliseconds(100)), .seconds(30))
  }

  /// Tries to get through to JIRA.
  ///
  /// - Returns: after which time to try again; nil where it got through.
  private func attempt() async throws -> Duration? {
    do {
      let site: Site
      if let last = state.last {
        try await prove(prober.speaking(last.client.dialect), withProject: mustProve)
        site = last
      } else {
        site = try await discover()
      }
      try await circuit.passed()
      mustProve = false
      extent.withLock { $0.ended() }
      failures = 0
      reopen(site)
      return nil
    } catch let error as JiraError {
      close("\(error)", passes: error.circuitCause == nil)
      failures += 1
      if let cause = error.circuitCause {
        mustProve = true
        try await circuit.probeFailed(error)
        try await tell(error, cause)
      } else {
        // Slow, limited or broken for a short time: a probe that says nothing about the way to it.
        try await circuit.probeFailed(error)
        try await noteOutage(error)
      }
      return min(max(backoff, error.retryAfter?.delay ?? .zero), .seconds(60))
    }
  }

  /// A call of a job failed: the session closes at once, then the fleet is told.
  private func admit(_ error: JiraError) async {
    guard let cause = error.circuitCause, close("\(error)") else { return }
    mustProve = true
    do {
      try await tell(error, cause)
    } catch {
      logger.warning("could not tell the others that JIRA is out of reach: \(error)")
    }
    await wakeSignal.send()
  }

  private func tell(_ error: JiraError, _ cause: Circuit.Cause) async throws {
    guard try await circuit.trouble(error, cause: cause) == .alone else { return }
    logger.warning(
      "other workers reach JIRA, so this one stands aside alone until it does, too: \(error)")
  }

  /// Everything fails, with whatever error: after a minute of that, the circuit opens for the fleet.
  private func noteOutage(_ error: JiraError) async throws {
    guard error.maySpeakForEverything else { return }
    let isLasting = extent.withLock { extent in
      extent.confirmed(at: .now)
      return extent.isLasting(at: .now)
    }
    if isLasting { try await tell(error, .unreachable) }
  }

  /// The simplest calls, each tried by itself.
  private func prove(_ prober: JiraClient, withProject: Bool) async throws {
    let prober = prober.persisting(attempts: 4)
    _ = try await prober.myself()
    guard withProject else { return }
    do {
      _ = try await prober.project(projectKey)
    } catch let error as JiraError where error.kind == .notFound {
      // JIRA works. That a project is out of sight is said by the jobs that need it.
    }
  }

  private func reopen(_ site: Site) {
    if state.open(site) { logger.notice("JIRA is back") }
  }

  @discardableResult
  private func close(_ reason: String, passes: Bool = false) -> Bool {
    guard state.close(reason) else { return false }
    if passes {
      // Limited or broken for a short time, without a mistake in the configuration.
      logger.warning(
        "JIRA cannot be asked yet; nothing that calls it is claimed meanwhile: \(reason)")
    } else {
      logger.error(
        "JIRA is out of reach; nothing that calls it is claimed until it is back: \(reason)")
    }
    return true
  }

  /// Half a minute at the most, varied so that many workers do not come at once.
  private var backoff: Duration {
    min(.seconds(1) * (1 << min(max(failures - 1, 0), 5)), .seconds(30))
      * Double.random(in: 0.7...1)
  }

  // MARK: - Calls

  /// For finding out whether JIRA can be called: an open circuit does not keep it.
  private var prober: JiraClient {
    client.checking { [budget] in try await budget.pass($0, probes: true) }
      .reporting { [weak self] call, error in await self?.noteLimit(call, error) }
  }

  /// For jobs: in the budget's time, and telling of what went wrong.
  private func worker(_ dialect: JiraDialect) -> JiraClient {
    client.speaking(dialect)
      .checking { [budget] in try await budget.pass($0) }
      .inspecting { [extent] _ throws(JiraError) in
        extent.withLock { $0.succeeded(at: .now) }
      }
      .reporting { [weak self] call, error in await self?.note(call, error) }
  }

  private func note(_ call: JiraCall, _ error: JiraError) async {
    await noteLimit(call, error)
    await report(error)
    let isDoubtful = extent.withLock { $0.isDoubtful(isBroken: error.isOfBrokenSite, at: .now) }
    if error.kind == .forbidden {
      await lookIntoExtent(unlessWithin: .seconds(10))
    } else if error.maySpeakForEverything, isDoubtful {
      await lookIntoExtent(unlessWithin: .seconds(1))
    }
  }

  private func noteLimit(_ call: JiraCall, _ error: JiraError) async {
    do {
      if let wait = try await budget.note(call, limitedBy: error) {
        logger.warning("JIRA limits us, nothing of that is sent for \(wait): \(error)")
      }
    } catch {
      logger.warning("could not tell the others of a limit: \(error)")
    }
  }

  /// One thing that fails is for its job; only where the simplest calls fail as well the site is closed.
  private func lookIntoExtent(unlessWithin pause: Duration) async {
    if let suspicion, suspicion.since > .now - pause {
      await suspicion.task.value
      return
    }
    guard let site = state.site else { return }
    let prober = prober.speaking(site.client.dialect)
    let task = Task {
      do {
        try await prove(prober, withProject: true)
        extent.withLock { $0.succeeded(at: .now) }
      } catch let error as JiraError {
        await admit(error)
        await closeForOutage(error)
      } catch {
        logger.debug("while asking whether anything is permitted: \(error)")
      }
    }
    suspicion = (task, .now)
    await task.value
  }

  /// The simplest calls fail, with an error that names no reason: nothing is claimed until they succeed, and no attempt is charged.
  private func closeForOutage(_ error: JiraError) async {
    guard error.circuitCause == nil, error.maySpeakForEverything else { return }
    extent.withLock { $0.confirmed(at: .now) }
    mustProve = true
    if close("\(error)", passes: true) { await wakeSignal.send() }
  }

  // MARK: - Finding out

  private func discover() async throws -> Site {
    if memory.isStale { memory = ReadMemory() }
    let (mapping, bound) = try await store.prepare(
      mapping, baseURL: address, project: projectKey)
    try await budget.set(limits)
    let site = try await SiteFinder.find(
      client: try await prober.persisting(keeping: memory).located(), project: projectKey,
      mapping: mapping)
    try await bound?.check(is: site.project, configured: projectKey, client: site.client)
    memory = ReadMemory()
    let resolved = site.mapping
    let dialect = site.client.dialect
    try await store.bind(
      baseURL: address, project: projectKey, found: site.project, renamed: bound,
      dialect: dialect, mapping: resolved)
    for skipped in resolved.skipped {
      logger.warning("\(skipped.name) is not synced: \(skipped.reason)")
    }
    for problem in resolved.problems + resolved.warnings { logger.warning("\(problem)") }
    logger.info(
      """
      syncing with project \(site.project.key) on \(address) as \(site.account.displayName): \
      \(resolved.fields.count) fields
      """)
    return Site(
      client: worker(dialect), project: site.project, issueType: site.issueType, mapping: resolved,
      account: site.account)
  }
}
