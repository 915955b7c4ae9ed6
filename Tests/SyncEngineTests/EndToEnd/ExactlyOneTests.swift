import HTTP
import JSON
import Jira
import JiraSandbox
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

/// JIRA has no idempotency key, and its search lags behind.
///
/// Whatever goes wrong, a row has one issue.
@Suite("Exactly one issue for a row", .requiresPostgres)
struct ExactlyOneTests {
  /// What may happen to the call that makes an issue.
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let action: JSON
    /// Whether the issue was made all the same.
    var isMade = false
    /// Whether JIRA surely did not make it, and it may be sent again at once.
    var isClear = false

    var testDescription: String { name }

    static let all = [
      Fault(name: "500", action: ["status": 500, "body": "{}"]),
      Fault(
        name: "502 with a proxy's page",
        action: ["status": 502, "body": "<html><h1>Bad Gateway</h1></html>"]),
      Fault(name: "503", action: ["status": 503]),
      Fault(
        name: "503 with Retry-After", action: ["status": 503, "headers": ["Retry-After": "0"]]),
      Fault(name: "504", action: ["status": 504]),
      Fault(name: "408", action: ["status": 408]),
      Fault(name: "409", action: ["status": 409]),
      Fault(name: "200 without a body", action: ["status": 200]),
      Fault(name: "reset before anything was done", action: "reset-before"),
      Fault(name: "reset after the commit", action: "reset-after-commit", isMade: true),
      Fault(name: "the answer is cut in the middle", action: "truncate", isMade: true),
      Fault(name: "no answer ever", action: "hang"),
      Fault(name: "429", action: ["status": 429, "headers": ["Retry-After": "0"]], isClear: true),
      Fault(name: "one 401", action: ["status": 401], isClear: true),
    ]
  }

  /// Catches: a POST that is sent again (two issues after "reset after the commit"); a search that does not wait for the
  /// index (the same, since the first look sees nothing); no marker (nothing is ever found).
  @Test(arguments: Fault.all, [1, 3])
  func `A creation that goes wrong`(_ fault: Fault, rows: Int) async throws {
    try await withSyncWorld(indexLag: .milliseconds(300)) { world in
      let ids = try await world.addRows(rows)
      try world.jira.fail("POST", rows == 1 ? "/issue" : "/issue/bulk", fault.action)
      var setup = world.setup
      // The limit is the same for every call: the others, which do answer, must not meet it on a busy machine.
      if fault.action == "hang" { setup.timeouts.total = .seconds(10) }
      setup.row.lookupTimes = [.milliseconds(50), .milliseconds(200), .seconds(4)]
      let prepared = setup
      try await world.drain { change in
        let horizon = change.options.drainsWithin
        change = prepared
        change.options.drainsWithin = horizon
      }
      let issues = try world.jira.issues()
      #expect(issues.count == rows, "\(world.jira.creations())")
      #expect(Set(issues.compactMap { $0.text("File path") }).count == rows)
      // Rows whose last looks come apart are sent apart; what was made is never sent again.
      let calls = fault.isMade ? 1...1 : 2...1 + rows
      #expect(calls.contains(world.jira.creations().count))
      for id in ids {
        let link = try await world.link(id)
        #expect(link.state == "linked")
        #expect(link.error == nil)
        let issue = try world.jira.issue(try #require(link.issueKey))
        #expect(issue.text("File path") == link.label)
        #expect(issue.marker?["marker"]?.string == link.marker)
        #expect(try await world.row(id)["jira_tickets"] == [.string(issue.key)])
        let charged = try await world.run(
          """
          select error from jira_sync.job_history
          where row_id = \(id) and outcome in ('retry', 'refused', 'dead')
          """
        )
        #expect(charged.rows.isEmpty, "no attempt is charged for what JIRA did: \(charged.rows)")
      }
    }
  }

  @Test
  func `While nobody knows, the link says so, and the job waits for the next look`() async throws {
    try await withSyncWorld(indexLag: .seconds(3_600)) { world in
      let id = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain(within: .seconds(2)) { setup in
        setup.row.lookupTimes = [.milliseconds(50), .milliseconds(100), .seconds(60)]
      }
      let link = try await world.link(id)
      #expect(link.state == "create_unknown")
      #expect(link.error?.contains("not known") == true)
      #expect(link.creationLookups == 2)
      #expect(link.marker != nil)
      #expect(world.jira.creations().count == 1)
      let wait = try await world.run(
        "select extract(epoch from run_at - now())::float8 as left, attempt from jira_sync.jobs"
      ).one
      #expect(try wait.get("left", as: Double.self) > 30)
      #expect(try wait.get("attempt", as: Int.self) == 0)
    }
  }

  /// Catches an adoption that takes the row as it is now for what was sent: the edit would never be sent, or be overwritten.
  @Test
  func
    `A row that was edited while its issue was looked for: the edit is sent, what people did in JIRA stays`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain(within: .seconds(1)) { $0.row.lookupTimes = [.seconds(30)] }
      #expect(try await world.link(id).state == "create_unknown")
      let key = try #require(try world.jira.issues().first?.key)
      try await world.run("update public.file_audit set layer_name = 'Services' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("found it")])
      try await world.drain { $0.row.lookupTimes = [.zero] }
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try world.jira.issues().count == 1)
      #expect(try world.jira.issue(key).text("Layer") == "Services")
      #expect(try await world.row(id)["notes"] == "found it")
      #expect(try world.jira.issue(key).text("Notes") == "found it")
      #expect(try await world.count("jira_sync.conflicts") == 0)
    }
  }

  /// A search that does not wait for the index takes an open question for a no: this is what the last look is for.
  @Test
  func `The broken variant: looks that end before the index has caught up make two issues`()
    async throws
  {
    try await withSyncWorld(indexLag: .seconds(3_600)) { world in
      _ = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain { $0.row.lookupTimes = [.milliseconds(10)] }
      #expect(try world.jira.issues().count == 2, "else the tests of this suite prove nothing")
    }
  }

  @Test
  func `The broken variant: a client that sends a POST again by itself makes two issues`()
    async throws
  {
    try await withSyncWorld { world in
      _ = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain { $0.hooks.sendsAgain = true }
      #expect(try world.jira.issues().count == 2, "else the tests of this suite prove nothing")
    }
  }

  @Test
  func `The broken variant: without the marker nothing is found, and the issue is made twice`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain(within: .seconds(1)) { $0.row.lookupTimes = [.seconds(30)] }
      let key = try #require(try world.jira.issues().first?.key)
      try world.jira.ask("DELETE", "/issue/\(key)/properties/jira-sync")
      try await world.enqueue("push", id)
      try await world.drain { $0.row.lookupTimes = [.zero] }
      #expect(try world.jira.issues().count == 2, "else the tests of this suite prove nothing")
    }
  }

  /// Catches a lookup that compares the summary, or takes any issue of its own account.
  @Test(arguments: [false, true])
  func `issues that another program makes with the same account are no candidates`(
    isDataCenter: Bool
  ) async throws {
    try await withSyncWorld(
      isDataCenter: isDataCenter, indexLag: .milliseconds(100), longestPage: 7
    ) { world in
      let ids = try await world.addRows(3)
      try world.jira.fail("POST", "/issue/bulk", "reset-after-commit")
      try await world.drain { setup in
        setup.row.lookupTimes = [.milliseconds(50), .seconds(2)]
        setup.hooks.before = { request in
          // The other program is at work all the time, and calls its issues as ours are called.
          guard request.url.contains("/search") else { return }
          for number in 1...10 {
            _ = world.jira.server.sandbox.answer(
              SandboxRequest(
                "POST", "/rest/api/\(isDataCenter ? 2 : 3)/issue",
                headers: ["authorization": "Bearer sandbox"],
                body: ([
                  "fields": [
                    "project": ["key": "SCRSKY"], "issuetype": ["id": "10001"],
                    "summary": .string(
                      "[000\(number)] src/file\(number).py — debt of file \(number)"),
                  ]
                ] as JSON).data))
          }
        }
      }
      let ours = try world.jira.issues().filter { $0.marker != nil }
      #expect(ours.count == ids.count)
      #expect(try world.jira.issues().count > ids.count)
      for id in ids {
        let link = try await world.link(id)
        #expect(link.state == "linked")
        #expect(
          ours.contains { $0.key == link.issueKey && $0.marker?["marker"]?.string == link.marker })
      }
      let made = try await world.count(
        "(select distinct issue_id from jira_sync.links where state = 'linked') as l")
      #expect(made == ids.count)
    }
  }

  @Test(arguments: [false, true])
  func `issues are made where the create screen lacks Labels`(isDataCenter: Bool) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      try world.jira.takeOffScreens("labels")
      let ids = try await world.addRows(3)
      try world.jira.fail("POST", "/issue/bulk", "reset-after-commit")
      try await world.drain()
      try await expectOneEach(world, ids)
      #expect(try world.jira.issues().allSatisfy { $0.labels.isEmpty })
    }
  }

  @Test(arguments: [true, false])
  func `the label of an earlier version goes with the next write, at no extra call`(
    isOnScreen: Bool
  ) async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let label = "jira-sync-\(try #require(try await world.link(id).marker))"
      let foreign = "jira-sync-11111111-2222-3333-4444-555555555555"
      try world.jira.edit(key, ["labels": [.string(label), "mine", .string(foreign)]])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try world.jira.issue(key).labels.contains(label), "nothing was to be written")
      if !isOnScreen { try world.jira.takeOffScreens("labels") }
      world.jira.forgetCalls()
      try await world.run("update public.file_audit set layer_number = 5 where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 5)
      #expect(try await world.link(id).error == nil)
      let labels = try world.jira.issue(key).labels
      #expect(labels.contains(label) == !isOnScreen)
      #expect(labels.contains("mine") && labels.contains(foreign))
      #expect(world.jira.writes().count == (isOnScreen ? 1 : 2))
    }
  }

  /// Where a worker is when it is lost.
  enum Place: String, CaseIterable, Sendable {
    case beforeThePOST
    case afterTheAnswer

    /// Has the first creation of a worker stop here.
    func stop(at gate: FirstTaskGate, _ setup: inout WorkerSetup) {
      switch self {
      case .beforeThePOST:
        setup.hooks.before = { if $0.makesIssues { await gate.stopHere() } }
      case .afterTheAnswer:
        setup.hooks.after = { if $0.makesIssues { await gate.stopHere() } }
      }
    }
  }

  @Test(arguments: Place.allCases, [1, 3])
  func `A worker that is stopped at once`(at place: Place, rows: Int) async throws {
    try await withSyncWorld(indexLag: .milliseconds(200)) { world in
      let ids = try await world.addRows(rows)
      let gate = FirstTaskGate()
      let worker = try world.startWorker { place.stop(at: gate, &$0) }
      await gate.reached()
      try await worker.stopAtOnce()
      #expect(try await world.count("jira_sync.jobs where state = 'running'") == 0)
      #expect(try await world.count("jira_sync.jobs where attempt > 0 or crashes > 0") == 0)

      try await world.drain { $0.row.lookupTimes = [.milliseconds(50), .seconds(3)] }
      try await expectOneEach(world, ids)
    }
  }

  /// Catches a worker that settles by the job's id alone, and one that sends before it looks at its lease.
  @Test(arguments: Place.allCases, [1, 3])
  func `A worker that loses its lease and comes back`(at place: Place, rows: Int) async throws {
    try await withSyncWorld(indexLag: .milliseconds(200)) { world in
      let ids = try await world.addRows(rows)
      let gate = FirstTaskGate()
      let stalled = try world.startWorker { place.stop(at: gate, &$0) }
      await gate.reached()
      // Just what a rescue does.
      try await world.run(
        """
        update jira_sync.jobs set state = 'ready', worker = null, token = null, crashes = crashes + 1
        where state = 'running'
        """)
      if place == .beforeThePOST {
        // What it will send cannot be called back, so it is sent before the last look of the other.
        // Told to stop before: it must not take the job up again.
        await stalled.worker.stop()
        gate.open()
        try await stalled.stop()
      }
      try await world.drain { $0.row.lookupTimes = [.milliseconds(50), .seconds(3)] }
      gate.open()
      if place == .afterTheAnswer { try await stalled.stop() }
      try await expectOneEach(world, ids)
      try await world.drain()
      try await expectOneEach(world, ids)
    }
  }

  @Test
  func
    `Four workers, a thousand rows, a site that drops every seventh call: each row has one issue`()
    async throws
  {
    try await withSyncWorld(indexLag: .milliseconds(100)) { world in
      for _ in 0..<3 {
        try world.jira.fail("POST", "/issue/bulk", "reset-after-commit")
        try world.jira.fail("POST", "/issue/bulk", ["status": 502, "body": "<html>"])
      }
      let ids = try await world.addRows(1_000)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try await world.drain { setup in
              setup.row.lookupTimes = [.milliseconds(50), .milliseconds(500), .seconds(4)]
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try world.jira.issues().count == 1_000)
      #expect(
        try await world.count("jira_sync.links where state = 'linked' and last_error is null")
          == 1_000)
      #expect(
        try await world.count(
          "public.file_audit as f join jira_sync.links as l on l.row_id = f.id::text where f.jira_tickets = array[l.issue_key]::varchar[]"
        ) == ids.count)
    }
  }
}

/// Each row is linked with the one issue that is its own.
func expectOneEach(
  _ world: SyncWorld, _ ids: [Int64], sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let issues = try world.jira.issues()
  #expect(issues.count == ids.count, sourceLocation: sourceLocation)
  for id in ids {
    let link = try await world.link(id)
    #expect(link.state == "linked", sourceLocation: sourceLocation)
    #expect(link.error == nil, sourceLocation: sourceLocation)
    let own = issues.filter { $0.text("File path") == link.label }
    #expect(own.map(\.key) == [link.issueKey], sourceLocation: sourceLocation)
    #expect(
      try await world.row(id)["jira_tickets"] == [.string(link.issueKey ?? "")],
      sourceLocation: sourceLocation)
  }
}

/// A document of one paragraph.
func adf(_ text: String) -> JSON {
  [
    "type": "doc", "version": 1,
    "content": [["type": "paragraph", "content": [["type": "text", "text": .string(text)]]]],
  ]
}
