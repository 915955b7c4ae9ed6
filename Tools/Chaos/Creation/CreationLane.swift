import Foundation
import Glibc
import HTTP
import JSON
import JiraSandbox
import Postgres

/// A database and a JIRA of their own, for runs one after the other.
struct CreationLane: Sendable {
  /// As 0, 5 and 90 s, scaled down with the looks; the last look comes late enough for a call that was slow to leave.
  private static let lags = [0, 100, 600]
  private static let looks = "40,150,400,2000"

  private let settings: CreationRun
  private let database: ScratchDatabase
  private let sandbox: SandboxServer
  private let transport: CurlClient
  private let sql: PostgresConnection
  private let lag: Int
  private let log: String
  private let signal: String

  static func make(_ settings: CreationRun, number: Int) async throws -> CreationLane {
    var options = SandboxOptions()
    options.hasAdmin = true
    let lag = lags[number % lags.count]
    options.indexLag = .milliseconds(lag)
    let database = try await ScratchDatabase.make(on: settings.cluster, for: "creation\(number)")
    return CreationLane(
      settings: settings, database: database, sandbox: try await SandboxServer.start(options),
      transport: CurlClient(), sql: try await database.connect(), lag: lag,
      log: "\(settings.folder)/creation-\(getpid())-\(number).log",
      signal: "\(settings.folder)/creation-\(getpid())-\(number).answered")
  }

  func drop() async throws {
    await transport.shutdown()
    await sql.close()
    try await sandbox.stop()
    try await database.drop()
    for file in [log, signal] where FileManager.default.fileExists(atPath: file) {
      try FileManager.default.removeItem(atPath: file)
    }
  }

  /// Performs a run.
  ///
  /// - Returns: what broke the promise; nil where nothing did.
  func perform(_ plan: CreationPlan) async throws -> String? {
    for fault in plan.faults {
      try await administer(
        "POST", "faults",
        """
        {"match": {"method": "POST", "pathPrefix": "/rest/api/3/issue"}, "times": 1, "action": \(fault)}
        """)
    }
    let ids = try await addRows(plan)
    let other = plan.hasOtherProgram ? Task { await makeOtherIssues() } : nil
    defer { other?.cancel() }
    try await breakIt(plan)
    if plan.isEdited, let id = ids.first {
      _ = try await sql.query(
        "update public.file_audit set notes = 'edited meanwhile' where id = \(id)",
        doing: "editing a row meanwhile")
    }
    try await administer("DELETE", "faults")
    // Just what a rescue does, a lease later.
    _ = try await sql.query(
      """
      update jira_sync.jobs set state = 'ready', worker = null, token = null, crashes = crashes + 1
      where state = 'running'
      """, doing: "rescuing")
    let drain = try start(plan, drains: true)
    let status = await drain.end()
    other?.cancel()
    await other?.value
    guard status == 0 else { return "the worker that drains ended with \(status); see \(log)" }
    return try await verdict()
  }

  /// Another program, with the same account, which calls its issues as ours are called.
  ///
  /// Not without end: all runs of a lane share one JIRA, and a lookup reads what the account made in some minutes.
  private func makeOtherIssues() async {
    for number in 1...10 where !Task.isCancelled {
      _ = sandbox.sandbox.answer(
        SandboxRequest(
          "POST", "/rest/api/3/issue", headers: ["authorization": "Bearer sandbox"],
          body: Data(
            """
            {"fields": {"project": {"key": "SCRSKY"}, "issuetype": {"id": "10001"}, "labels": ["\(Self.otherLabel)"],
              "summary": "[\(number)] src/\(number).py — debt \(number)"}}
            """.utf8)))
      // Cancelled: there is nothing more to do.
      do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
    }
  }

  /// Tells the issues of the other program from ours, for the verdict alone.
  private static let otherLabel = "other-program"

  // MARK: - Breaking

  private func breakIt(_ plan: CreationPlan) async throws {
    if FileManager.default.fileExists(atPath: signal) {
      try FileManager.default.removeItem(atPath: signal)
    }
    let holder = try await database.connect()
    var lock: HeldTransaction?
    if plan.step == .beforeIntent { lock = try await hold(holder) }
    let workers = try (0..<plan.workers).map { number in
      // Some of four go on while others are killed.
      try start(plan, isStruck: number == 0 || number == 1)
    }
    switch plan.step {
    case .beforeIntent:
      try await waitUntil { try await isSomebodyWaiting() }
    case .beforeOurs:
      try await waitUntil { FileManager.default.fileExists(atPath: signal) }
      lock = try await hold(holder)
      try await waitUntil { try await isSomebodyWaiting() }
    case .anyTime:
      try await Task.sleep(for: .milliseconds(plan.delay))
    case .afterIntent, .afterPostLeft, .afterAnswer:
      try await waitUntil { workers.prefix(2).contains { $0.hasEnded } }
    case .cut:
      try await waitUntil { try await isQuiet() }
    }
    for worker in workers { worker.kill(plan.step == .cut ? SIGTERM : SIGKILL) }
    for worker in workers { _ = await worker.end() }
    try await lock?.rollBack()
    await holder.close()
    // What the dead left on the wire or in the server ends by itself.
    try await waitUntil { try await isDeserted() }
  }

  private func hold(_ connection: PostgresConnection) async throws -> HeldTransaction {
    let held = try await HeldTransaction.begin(on: connection)
    _ = try await held.transaction.query(
      "lock table jira_sync.links in share row exclusive mode", doing: "holding the links")
    return held
  }

  /// A session waits for the lock, or none is left that could.
  private func isSomebodyWaiting() async throws -> Bool {
    let waits = try await holds(
      """
      exists (
        select from pg_locks as l where not l.granted
          and l.relation = 'jira_sync.links'::regclass
          and l.database = (select d.oid from pg_database as d where d.datname = current_database()))
      """)
    if waits { return true }
    return try await isQuiet()
  }

  /// Nothing is left to do that is due.
  private func isQuiet() async throws -> Bool {
    try await holds(
      "not exists (select from jira_sync.jobs where state = 'running' or state = 'ready' and run_at <= now())"
    )
  }

  private func isDeserted() async throws -> Bool {
    try await holds(
      """
      not exists (
        select from pg_stat_activity
        where datname = current_database() and application_name = 'creation-worker')
      """)
  }

  private func holds(_ condition: SQL) async throws -> Bool {
    try await sql.query("select (" + condition + ") as holds", doing: "watching").one.get("holds")
  }

  /// Waits for something that comes soon or never; what never comes is no failure here.
  private func waitUntil(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(4)
    while ContinuousClock.now < deadline {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func start(
    _ plan: CreationPlan, isStruck: Bool = false, drains: Bool = false
  ) throws -> ChildWorker {
    let looks = settings.variant == .searchWithoutLag ? "1" : Self.looks
    var arguments = [
      "creation-worker", "--jira", sandbox.baseURL, "--variant", settings.variant.rawValue,
      "--looks", looks,
    ]
    if isStruck {
      if plan.step.isSuicide {
        arguments += ["--step", plan.step.rawValue, "--delay", "\(plan.delay)"]
      }
      if plan.step == .beforeOurs { arguments += ["--signal", signal] }
    }
    if drains { arguments.append("--drain") }
    return try ChildWorker(
      executable: settings.executable, arguments: arguments, database: try database.conninfo,
      log: log)
  }

  // MARK: - Rows and issues

  private func addRows(_ plan: CreationPlan) async throws -> [Int64] {
    try await sql.query(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
        status, workflows, has_technical_debt, technical_debt)
      select to_hex(n), 'src/' || n || '.py', n || '.py', 3, 'Routers', 'NOVEL', '{WF1}', true,
        'debt ' || n
      from generate_series(
        (select count(*) from public.file_audit) + 1,
        (select count(*) from public.file_audit) + \(plan.rows)) as n
      returning id
      """, doing: "adding rows"
    ).rows.map { try $0.get("id") }
  }

  /// What is wrong; nil where each row has one issue.
  private func verdict() async throws -> String? {
    let row = try await sql.query(
      """
      select count(*) as rows,
        count(*) filter (where l.state = 'linked' and l.last_error is null) as linked,
        count(*) filter (where f.jira_tickets = array[l.issue_key]::varchar[]) as named,
        (select count(*) from jira_sync.jobs) as jobs,
        string_agg(f.file_path || ': ' || coalesce(l.state, 'no link') || ' ' || coalesce(l.last_error, ''), '; ')
          filter (where l.state is distinct from 'linked' or l.last_error is not null) as wrong
      from public.file_audit as f left join jira_sync.links as l on l.row_id = f.id::text
      """, doing: "counting"
    ).one
    let rows: Int = try row.get("rows")
    let (issues, _) = try await totals()
    var wrong: [String] = []
    if issues != rows { wrong.append("\(rows) rows have \(issues) issues") }
    if try row.get("linked", as: Int.self) != rows {
      wrong.append("not linked: \(try row.get("wrong", as: String?.self) ?? "")")
    }
    if try row.get("named", as: Int.self) != rows { wrong.append("rows do not name their issue") }
    let jobs: Int = try row.get("jobs")
    if jobs != 0 { wrong.append("\(jobs) jobs are left") }
    return wrong.isEmpty ? nil : wrong.joined(separator: "\n") + "\nthe lag was \(lag) ms"
  }

  /// How many issues there are, once the index shows them all, and how often one was searched for.
  func totals() async throws -> (issues: Int, looks: Int) {
    try await Task.sleep(for: .milliseconds(lag + 5))
    let answer = try await ask(
      "POST", "/rest/api/3/search/approximate-count",
      #"{"jql": "project = SCRSKY AND labels is EMPTY"}"#)
    guard let count = answer["count"]?.integer else {
      throw UsageError(message: "the sandbox does not say how many issues there are")
    }
    let looks: Int = try await sql.query(
      "select count(*) as n from jira_sync.job_history where error like '%searched for%'",
      doing: "counting looks"
    ).one.get("n")
    return (count, looks)
  }

  private func administer(_ method: String, _ path: String, _ body: String? = nil) async throws {
    _ = try await ask(method, "/sandbox/admin/\(path)", body)
  }

  @discardableResult
  private func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSON {
    let login = Data("sandbox@example.com:sandbox".utf8).base64EncodedString()
    let response = try await transport.send(
      HTTPRequest(
        method: method, url: sandbox.baseURL + path,
        headers: [
          (name: "Authorization", value: "Basic \(login)"),
          (name: "Content-Type", value: "application/json"),
        ], body: body.map { Data($0.utf8) }))
    guard (200..<300).contains(response.status) else {
      throw UsageError(message: "the sandbox answered \(response.status) to \(method) \(path)")
    }
    return response.body.isEmpty ? .null : try JSON(parsing: response.body)
  }
}
