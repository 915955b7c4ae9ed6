import Postgres
import TestSupport
import Testing

/// NOTIFY takes a lock that all commits wait for, so it is sent only where somebody sleeps.
@Suite(.requiresPostgres) struct WakeGatingTests {
  /// What a listener hears of these statements.
  private func heard(
    _ queue: Queue, _ body: (Claimer) async throws -> Void
  ) async throws -> [String] {
    let claimer = try await Claimer.join(queue.database)
    let listener = try await queue.database.connect()
    try await listener.listen("jira_sync")
    try await body(claimer)
    // Notifications come in the order of commits: whatever was sent, came before this one.
    try await queue.run("select pg_notify('jira_sync', 'end')")
    var payloads: [String] = []
    for try await notification in listener.notifications {
      if notification.payload == "end" { break }
      payloads.append(notification.payload)
    }
    await listener.close()
    return payloads
  }

  @Test func `nobody asleep no notification`() async throws {
    try await Queue.with { queue in
      let payloads = try await heard(queue) { _ in try await queue.noop() }
      #expect(payloads.isEmpty)
    }
  }

  @Test func `a statement of any size is one notification`() async throws {
    try await Queue.with { queue in
      let payloads = try await heard(queue) { claimer in
        try await claimer.heartbeat(fallsAsleep: true)
        try await queue.run(
          "insert into jira_sync.jobs (kind) select 'noop' from generate_series(1, 1000)")
      }
      #expect(payloads == [""])
    }
  }

  @Test func `who found work is awake`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let payloads = try await heard(queue) { claimer in
        try await claimer.heartbeat(fallsAsleep: true)
        _ = try await claimer.claim()
        try await queue.noop()
      }
      #expect(payloads.isEmpty)
    }
  }

  /// Its snapshot is of before: it does not see who has fallen asleep since.
  @Test(
    arguments: [
      "set transaction isolation level repeatable read",
      "set transaction isolation level serializable",
    ] as [SQL])
  func `who reads as of its beginning wakes anyhow`(level: SQL) async throws {
    try await Queue.with { queue in
      let payloads = try await heard(queue) { claimer in
        try await queue.connection.transaction(doing: "writing late") { transaction in
          _ = try await transaction.query(level, doing: "choosing a level")
          _ = try await transaction.query(
            "select from jira_sync.workers", doing: "taking a snapshot")
          try await claimer.heartbeat(fallsAsleep: true)
          _ = try await transaction.query(
            "insert into jira_sync.jobs (kind) values ('noop')", doing: "enqueuing")
        }
      }
      #expect(payloads == [""])
    }
  }

  /// A worker that was not seen for half a minute is gone, asleep or not.
  @Test func `the dead are not woken`() async throws {
    try await Queue.with { queue in
      let payloads = try await heard(queue) { claimer in
        try await claimer.heartbeat(fallsAsleep: true)
        try await claimer.goSilent(for: 31)
        try await queue.noop()
      }
      #expect(payloads.isEmpty)
    }
  }

  @Test func `a retry a resume and a reviver wake too`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let payloads = try await heard(queue) { claimer in
        let other = try await Claimer.join(queue.database)
        let jobs = try await other.claim()
        try await claimer.heartbeat(fallsAsleep: true)
        try await other.settle(jobs, as: "retry", error: "x")
        try await queue.run("select jira_sync.pause('x')")
        try await queue.run("select jira_sync.resume()")
        try await queue.run("update jira_sync.jobs set state = 'dead'")
        try await queue.run("select jira_sync.retry_dead()")
      }
      #expect(payloads == ["", "", ""])
    }
  }

  /// Caught: a worker that looked while the job was locked by this transaction, found nothing, and is never told.
  @Test func `a request that is covered wakes as well`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.push(1)
      let payloads = try await heard(queue) { claimer in
        try await claimer.heartbeat(fallsAsleep: true)
        try await queue.run("select jira_sync.enqueue('push', '1')")
      }
      #expect(payloads == [""])
    }
  }

  /// A claim wakes nobody.
  @Test func `workers do not wake each other by working`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let payloads = try await heard(queue) { claimer in
        try await claimer.heartbeat(fallsAsleep: true)
        let other = try await Claimer.join(queue.database)
        try await other.settle(try await other.claim())
        try await other.heartbeat()
      }
      #expect(payloads.isEmpty)
    }
  }

  @Test func `a sleeping worker is told what is due and when`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      try await queue.run(
        "insert into jira_sync.jobs (kind, run_at) values ('noop', now() + interval '1 hour')")
      let awake = try await claimer.heartbeat()
      #expect(try awake.get("due_in", as: Double?.self) == nil)
      let asleep = try await claimer.heartbeat(fallsAsleep: true)
      let seconds = try #require(try asleep.get("due_in", as: Double?.self))
      #expect(seconds > 1_800 && seconds <= 3_600)
      #expect(try asleep.get("due_now", as: Bool.self) == false)
      try await queue.noop(priority: -3)
      #expect(try await claimer.heartbeat().get("due_now", as: Bool.self))
    }
  }
}
