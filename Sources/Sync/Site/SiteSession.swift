import JSON
import Jira
import JobQueue
import Logging
import Postgres

/// Keeps the way to JIRA: finds out what the site is like, closes when it cannot be reached or does not believe us, and opens
/// again by itself.
///
/// While it is closed, nothing that calls JIRA is claimed, so no attempts are spent on an outage.
public actor SiteSession {
  private let address: String
  private let connect: @Sendable () async throws -> JiraClient
  private let projectKey: String
  private let mapping: Mapping
  private let store: SiteStore
  private let logger: Logger
  private let state = SiteState()
  private var opened: @Sendable () async -> Void = {}
  private var troubleArrived: CheckedContinuation<Void, Never>?

  /// Prepares a session; nothing is sent before `keepOpen`.
  ///
  /// - Parameters:
  ///   - client: how JIRA is called.
  ///   - project: the key of the project.
  ///   - mapping: what is kept in step.
  ///   - database: what remembers the site.
  ///   - logger: where it says what is out of reach.
  public init(
    client: JiraClient, project: String, mapping: Mapping, database: PostgresClient, logger: Logger
  ) {
    address = client.configuration.baseURL
    connect = { try await client.detectingDialect() }
    projectKey = project
    self.mapping = mapping
    store = SiteStore(database: database)
    self.logger = logger
  }

  /// The site, nil while it is closed.
  public nonisolated var site: Site? { state.site }

  /// Why nothing can be done, nil where it can.
  public nonisolated var closedReason: String? { state.closedReason }

  /// Opens the site, and again after each trouble, until the task is cancelled.
  ///
  /// - Parameter opened: called whenever work has become possible.
  /// - Throws: `SiteError` and `PostgresError` where waiting would be of no use.
  public func keepOpen(opened: @escaping @Sendable () async -> Void) async throws {
    self.opened = opened
    var delay = Duration.seconds(1)
    while !Task.isCancelled {
      do {
        if state.site == nil { try await discover() } else { try await probe() }
        delay = .seconds(1)
        await opened()
        await untilTrouble()
      } catch let error as SiteError {
        throw error
      } catch is CancellationError {
        return
      } catch let error as PostgresError {
        // The worker says what is wrong with the database.
        _ = state.close("the database is out of reach: \(error)")
        await pause(&delay)
      } catch {
        close("\(error)")
        await pause(&delay)
      }
    }
  }

  /// A call failed in a way that will fail for every job: nothing more is claimed until a probe succeeds.
  ///
  /// - Parameter error: what JIRA said, or why it could not be reached.
  public func report(_ error: JiraError) {
    guard error.concernsTheSite else { return }
    close("\(error)")
    troubleArrived?.resume()
    troubleArrived = nil
  }

  private func close(_ reason: String) {
    guard state.close(reason) else { return }
    logger.error(
      "JIRA is out of reach; nothing that calls it is claimed until it is back: \(reason)")
  }

  /// Waits before the next probe: half a minute at the most, varied so that many workers do not come at once.
  private func pause(_ delay: inout Duration) async {
    let jittered = delay * Double.random(in: 0.7...1.3)
    delay = min(delay * 2, .seconds(30))
    do { try await Task.sleep(for: jittered) } catch { return }
  }

  private func untilTrouble() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if state.closedReason != nil || Task.isCancelled {
          continuation.resume()
        } else {
          troubleArrived = continuation
        }
      }
    } onCancel: {
      Task { await self.stopWaiting() }
    }
  }

  private func stopWaiting() {
    troubleArrived?.resume()
    troubleArrived = nil
  }

  private func probe() async throws {
    guard let site = state.site ?? state.last else { return }
    _ = try await site.client.myself()
    if state.open(site) { logger.notice("JIRA is back") }
  }

  private func discover() async throws {
    if let last = state.last {
      _ = try await last.client.myself()
      if state.open(last) { logger.notice("JIRA is back") }
      return
    }
    let missing = try await store.missingColumns()
    guard missing.isEmpty else { throw SiteError.missingColumns(missing) }
    try await store.check(baseURL: address, project: projectKey)
    let table = try await store.columns()
    let mapping: Mapping
    do {
      mapping = try self.mapping.on(table: table)
    } catch {
      throw SiteError.mapping(error)
    }
    let client = try await connect()
    // Who may not log in may still be answered as a nobody, so this comes first.
    let account = try await client.myself()
    let project: JiraProject
    do {
      project = try await client.project(projectKey)
    } catch let error as JiraError where error.kind == .notFound {
      throw SiteError.noProject(projectKey, site: address)
    }
    let types = project.issueTypes.filter { !$0.isSubtask }
    let wanted = mapping.issueType
    guard
      let type = types.first(where: { $0.name == wanted })
        ?? types.first(where: { $0.name.lowercased() == wanted.lowercased() })
    else {
      throw SiteError.noIssueType(wanted, project: project.key, available: types.map(\.name))
    }
    let fields = try await client.fields()
    let metadata = try await client.createMetadata(project: project.key, issueTypeID: type.id)
    let resolved: ResolvedMapping
    do {
      resolved = try .resolve(
        mapping, fields: fields, createMetadata: metadata, projectID: project.id,
        dialect: client.dialect)
    } catch {
      throw SiteError.mapping(error)
    }
    try await store.bind(
      baseURL: address, project: project.key, dialect: client.dialect, mapping: resolved)
    for skipped in resolved.skipped {
      logger.warning("\(skipped.name) is not synced: \(skipped.reason)")
    }
    for problem in resolved.problems { logger.warning("\(problem)") }
    let site = Site(
      client: client, project: project, issueType: type, mapping: resolved, account: account)
    _ = state.open(site)
    logger.info(
      """
      syncing with project \(project.key) on \(address) as \(account.displayName): \
      \(resolved.fields.count) fields
      """)
  }
}
