import HTTP
import JSON
import Postgres
import TestSupport
import Testing

/// What a lost worker leaves at JIRA without anybody's noting it.
///
/// All of these are caught with a base that takes such a value for the issue's side of the agreement alone: row and issue are then agreed to differ.
@Suite(
  "A write that nobody recorded is ours, and is put right", .requiresPostgres,
  .timeLimit(.minutes(20)))
struct LateWriteTests {
  /// A field that both sides may change, and one that JIRA only follows.
  enum Case: String, CaseIterable, CustomTestStringConvertible {
    case both = "notes"
    case push = "layer_number"

    var testDescription: String { rawValue }

    func setting(_ value: Int, row: Int64) -> SQL {
      switch self {
      case .both: "update public.file_audit set notes = \("\(value)") where id = \(row)"
      case .push: "update public.file_audit set layer_number = \(value) where id = \(row)"
      }
    }

    func value(in issue: SeenIssue) -> Int? {
      switch self {
      case .both: issue.text("Notes").flatMap { Int($0) }
      case .push: issue["Layer number"]?.integer
      }
    }

    func value(in row: JSON) -> Int? {
      switch self {
      case .both: row[rawValue]?.string.flatMap { Int($0) }
      case .push: row[rawValue]?.integer
      }
    }
  }

  @Test(arguments: Case.allCases)
  func `A worker dies behind its write, and the row is changed back: the issue follows`(case: Case)
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(`case`.setting(1, row: id))
      try await world.drain()
      try await world.run(`case`.setting(2, row: id))
      let gate = FirstTaskGate()
      let lost = try world.startWorker { setup in
        setup.hooks.after = { if $0.method == "PUT" { await gate.stopHere() } }
      }
      await gate.reached()
      try await lost.stopAtOnce()
      #expect(`case`.value(in: try world.jira.issue(key)) == 2)
      try await world.run(`case`.setting(1, row: id))
      try await world.rescueAll()
      try await world.drain()
      #expect(`case`.value(in: try world.jira.issue(key)) == 1)
      #expect(`case`.value(in: try await world.row(id)) == 1)
      #expect(try await world.count("jira_sync.conflicts") == 0, "nobody else edited anything")
      try await world.poll()
      #expect(world.jira.writes() == [])
    }
  }

  @Test(arguments: Case.allCases)
  func `A lost lease's write arrives after its successor's: the next poll puts it right`(case: Case)
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(`case`.setting(1, row: id))
      let late = try await LateRequest(in: world) { $0.method == "PUT" }
      try await world.run(`case`.setting(2, row: id))
      try await world.drain()
      #expect(`case`.value(in: try world.jira.issue(key)) == 2)
      try await late.arrive()
      #expect(`case`.value(in: try world.jira.issue(key)) == 1)

      try await world.poll()
      #expect(`case`.value(in: try world.jira.issue(key)) == 2)
      #expect(`case`.value(in: try await world.row(id)) == 2, "it was no person's edit")
      #expect(try await world.count("jira_sync.conflicts") == 0)
      try await world.poll()
      #expect(world.jira.writes() == [])
    }
  }

  /// Catches a worker that goes by the digest alone: it would undo in JIRA what the backup does not have.
  @Test
  func
    `After a restore from a backup, what was written since counts as JIRA's and comes to the row`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("create table public.backup as select * from jira_sync.links")
      try await world.run(
        "update public.file_audit set notes = 'since the backup' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "since the backup")
      try await world.transaction([
        "alter table public.file_audit disable trigger user",
        "update public.file_audit set notes = null where id = \(id)",
        "alter table public.file_audit enable trigger user",
        """
        update jira_sync.links as l set base = b.base, write_token = b.write_token,
          issue_updated = b.issue_updated from public.backup as b where b.id = l.id
        """,
      ])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "since the backup")
      #expect(try await world.row(id)["notes"] == "since the backup")
    }
  }

  /// Caught, too, by a marker that says nothing of the status.
  @Test
  func `A lost lease's step of a transition arrives late: the issue goes back, the row stays`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set audit_status = 'IN_PROGRESS' where id = \(id)")
      let late = try await LateRequest(in: world) {
        $0.method == "POST" && $0.url.hasSuffix("/transitions")
      }
      try await world.run(
        "update public.file_audit set audit_status = 'NOT_STARTED' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).status == "To Do")
      try await late.arrive()
      #expect(try world.jira.issue(key).status == "In Progress")

      try await world.poll()
      #expect(try world.jira.issue(key).status == "To Do")
      #expect(try await world.row(id)["audit_status"] == "NOT_STARTED")
      #expect(try await world.count("jira_sync.conflicts") == 0)
    }
  }
}

/// A request that is on its way to JIRA when its worker loses its lease, and arrives when it is told to.
private struct LateRequest {
  private let gate = FirstTaskGate()
  private let arrival = FirstTaskGate()
  private let worker: RunningWorker

  /// Starts a worker, waits until such a request leaves, and gives its jobs to others.
  init(in world: SyncWorld, which isIt: @escaping @Sendable (HTTPRequest) -> Bool) async throws {
    let (gate, arrival) = (gate, arrival)
    worker = try world.startWorker { setup in
      setup.hooks.isUnderWay = true
      setup.hooks.before = { if isIt($0) { await gate.stopHere() } }
      // It may take its job again meanwhile, as another worker might: that request is not late.
      setup.hooks.after = { if isIt($0), gate.isOpen { await arrival.stopHere() } }
    }
    await gate.reached()
    try await world.rescueAll()
  }

  /// Lets it arrive, and ends the worker.
  func arrive() async throws {
    gate.open()
    await arrival.reached()
    arrival.open()
    try await worker.stopAtOnce()
  }
}
