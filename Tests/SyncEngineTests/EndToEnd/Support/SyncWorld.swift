import HTTP
import JSON
import Jira
import JiraSandbox
import JobQueue
import Logging
import Postgres
import SyncEngine
import TestSupport

/// Everything that a sync needs, for one test alone: a database with `file_audit`, a JIRA, and as many workers as the test
/// starts.
struct SyncWorld: Sendable {
  let database: TestDatabase
  /// An application's connection.
  let sql: PostgresConnection
  let jira: JiraSide
  /// What workers are started with unless a test says otherwise.
  var setup = WorkerSetup()

  /// Starts a worker.
  ///
  /// - Parameter change: how it differs from the world's other workers.
  /// - Returns: the worker, which may have called JIRA already.
  /// - Throws: where the settings cannot be used.
  func startWorker(_ change: (inout WorkerSetup) -> Void = { _ in }) throws -> RunningWorker {
    var setup = setup
    change(&setup)
    let logger = Logger(label: "e2e") { _ in SwiftLogNoOpLogHandler() }
    let client = PostgresClient(try database.configuration(as: setup.role))
    let transport = CurlClient()
    let member = SiteMember(name: setup.name)
    let session = SiteSession(
      client: JiraClient(
        configuration: try JiraConfiguration(
          baseURL: setup.baseURL ?? jira.baseURL, credentials: setup.credentials,
          timeouts: setup.timeouts),
        transport: HookedTransport(client: transport, hooks: setup.hooks)),
      project: setup.project, mapping: setup.mapping, database: client, limits: setup.limits,
      trust: setup.trust, member: member, logger: logger)
    let tally = SyncTally()
    let worker = Worker(
      database: client,
      handlers: [
        RowHandler(session: session, options: setup.row, tally: tally),
        ProjectHandler.poll(session: session, settings: setup.sync),
        ProjectHandler.sweep(session: session, settings: setup.sync), FullSyncHandler(),
      ],
      options: setup.options, incarnation: member.worker, name: setup.name, logger: logger,
      heard: { if $0.isEmpty || $0 == SiteSession.notification { await session.heardFromFleet() } })
    return RunningWorker(worker: worker, session: session, tally: tally, transport: transport)
  }

  /// Runs a worker until nothing is left to do soon.
  ///
  /// - Parameters:
  ///   - horizon: what falls due later is left in the queue.
  ///   - change: how the worker differs from the world's other workers.
  /// - Returns: what it did.
  /// - Throws: what ended the worker before.
  @discardableResult
  func drain(
    within horizon: Duration = .seconds(5), _ change: (inout WorkerSetup) -> Void = { _ in }
  ) async throws -> SyncTally {
    let worker = try startWorker { setup in
      setup.options.drainsWithin = horizon
      change(&setup)
    }
    let end = try await worker.end()
    guard end == .drained else { throw JiraSide.Unexpected(text: "the worker ended: \(end)") }
    return worker.tally
  }

  // MARK: What the application does

  /// Runs a statement of the application.
  @discardableResult
  func run(_ statement: SQL) async throws -> PostgresResult {
    try await sql.query(statement, doing: "the test's own statement")
  }

  /// Runs statements of the application in one transaction.
  func transaction(_ statements: [SQL], thenRollsBack: Bool = false) async throws {
    do {
      try await sql.transaction(doing: "the test's own transaction") { transaction in
        for statement in statements {
          _ = try await transaction.query(statement, doing: "the test's own statement")
        }
        if thenRollsBack { throw RolledBack() }
      }
    } catch is RolledBack {
      return
    }
  }

  /// The application thought better of it.
  private struct RolledBack: Error {}

  /// The statement that inserts rows as `addRows` does.
  static func insertion(_ count: Int = 1, from: Int = 1, debt: Bool = true) -> SQL {
    """
    insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
      status, workflows, has_technical_debt, technical_debt)
    select lpad(n::text, 4, '0'), 'src/file' || n || '.py', 'file' || n || '.py', 3, 'Routers',
      'NOVEL', '{WF1,WF2}', \(debt), case when \(debt) then 'debt of file ' || n end
    from generate_series(\(from)::integer, \(from + count - 1)::integer) as n order by n
    returning id
    """
  }

  /// Inserts rows; each is given its number, path and debt by its place.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - from: the number of the first.
  ///   - debt: whether they have debt, and so want an issue.
  /// - Returns: their ids.
  /// - Throws: `PostgresError`.
  @discardableResult
  func addRows(_ count: Int = 1, from: Int = 1, debt: Bool = true) async throws -> [Int64] {
    try await run(Self.insertion(count, from: from, debt: debt)).rows.map { try $0.get("id") }
  }

  /// Inserts one row with debt.
  func addRow(_ number: Int = 1) async throws -> Int64 {
    guard let id = try await addRows(from: number).first else {
      throw JiraSide.Unexpected(text: "no row was inserted")
    }
    return id
  }

  /// Inserts one row with debt, whose issue is there and in sync.
  func addLinkedRow(_ number: Int = 1) async throws -> (id: Int64, key: String) {
    let id = try await addRow(number)
    try await drain()
    let link = try await link(id)
    guard let key = link.issueKey, link.error == nil else {
      throw JiraSide.Unexpected(text: "the row was not linked: \(link)")
    }
    jira.forgetCalls()
    return (id, key)
  }

  /// Asks for a job.
  func enqueue(_ kind: String, _ row: Int64) async throws {
    try await run("select jira_sync.enqueue(\(kind), \(row))")
  }

  /// Asks for a poll, and works until nothing is left to do.
  ///
  /// - Returns: the calls to JIRA, without those that find out what the site is like.
  @discardableResult
  func poll(_ change: (inout WorkerSetup) -> Void = { _ in }) async throws -> [SeenCall] {
    jira.forgetCalls()
    try await run("insert into jira_sync.jobs (kind) values ('poll')")
    try await drain(change)
    return jira.calls().filter { call in
      ![
        "/rest/api/2/serverInfo", "/serverInfo", "/myself", "/field", "/resolution", "/priority",
      ].contains(call.path)
        && !call.path.hasPrefix("/project/") && !call.path.hasPrefix("/issue/createmeta")
    }
  }

  /// What another worker does with the jobs of one that was lost.
  func rescueAll() async throws {
    let other = try await database.connect()
    _ = try await other.query(
      """
      update jira_sync.jobs set state = 'ready', worker = null, token = null where state = 'running'
      """, doing: "rescuing")
    await other.close()
  }

  // MARK: What is in the database

  /// A row as JSON.
  func row(_ id: Int64) async throws -> JSON {
    try JSON(
      parsing: try await run(
        "select to_jsonb(f)::text as row from public.file_audit as f where id = \(id)"
      ).one.get("row", as: String.self))
  }

  /// The link of a row, or the last one it had.
  func link(_ row: Int64) async throws -> SeenLink {
    try SeenLink(
      try await run(
        """
        select state, label, issue_id, issue_key, marker::text as marker, last_error,
          creation_lookups,
          base::text as base
        from jira_sync.links where row_id = \(row)
        order by state = 'row_gone', id desc limit 1
        """
      ).one)
  }

  /// How many rows a query about `jira_sync` finds.
  func count(_ from: SQL) async throws -> Int {
    try await run("select count(*) as n from " + from).one.get("n")
  }

  /// How the runs of a row's jobs ended, oldest first.
  func outcomes(_ row: Int64) async throws -> [String] {
    try await run(
      """
      select outcome from jira_sync.job_history where row_id = \(row)
      order by finished_at, id
      """
    ).rows.map { try $0.get("outcome") }
  }

  /// Waits for something in the database.
  func wait(until condition: SQL) async throws {
    try await sql.waitUntil("select (" + condition + ") as met", doing: "waiting in a test")
  }
}

/// Gives a test a world of its own, and ends it afterwards.
///
/// - Parameters:
///   - isDataCenter: whether JIRA is Data Center instead of Cloud.
///   - indexLag: how long after a write JIRA's search sees it.
///   - longestPage: the most issues that a search returns at once.
///   - now: JIRA's clock, in milliseconds since 1970.
///   - change: how JIRA differs from that besides.
///   - body: the test.
/// - Throws: what the body throws, or what went wrong with its world.
func withSyncWorld(
  isDataCenter: Bool = false, indexLag: Duration = .zero, longestPage: Int = 100,
  now: (@Sendable () -> Int64)? = nil, site change: (inout SandboxOptions) -> Void = { _ in },
  _ body: (SyncWorld) async throws -> Void
) async throws {
  var options = SandboxOptions()
  options.deployment = isDataCenter ? .server : .cloud
  options.indexLag = indexLag
  options.longestPage = longestPage
  if let now { options.now = now }
  change(&options)
  await WorldLimit.shared.take()
  let outcome: Result<Void, any Error>
  do {
    outcome = .success(try await withWorld(options, body))
  } catch {
    outcome = .failure(error)
  }
  await WorldLimit.shared.giveBack()
  try outcome.get()
}

private func withWorld(
  _ options: SandboxOptions, _ body: (SyncWorld) async throws -> Void
) async throws {
  let jira = try await JiraSide.start(options)
  do {
    try await withDatabase { database in
      let sql = try await database.connect()
      var world = SyncWorld(database: database, sql: sql, jira: jira)
      if options.deployment == .server { world.setup.credentials = .bearer("sandbox") }
      // Answers of a JIRA with a clock of its own say what that clock shows.
      world.setup.hooks.now = options.now
      do { try await body(world) } catch {
        await sql.close()
        throw error
      }
      await sql.close()
    }
  } catch {
    try await jira.stop()
    throw error
  }
  try await jira.stop()
}
