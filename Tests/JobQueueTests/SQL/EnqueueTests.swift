import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct EnqueueTests {
  private func enqueue(_ kind: String, _ row: Int, _ queue: Queue) async throws -> Int64 {
    try await queue.value("select jira_sync.enqueue(\(kind), \(row)) as value")
  }

  @Test func `what waits already covers a request`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...2)
      let push = try await enqueue("push", 1, queue)
      #expect(try await enqueue("push", 1, queue) == push)
      let sync = try await enqueue("sync", 2, queue)
      #expect(try await enqueue("pull", 2, queue) == sync)
      #expect(try await queue.entries().count == 2)
    }
  }

  @Test func `what covers only part of a request does not cover it`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let push = try await enqueue("push", 1, queue)
      #expect(try await enqueue("sync", 1, queue) != push)
      #expect(try await enqueue("pull", 1, queue) != push)
    }
  }

  @Test func `a running job covers nothing`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let job = try await enqueue("push", 1, queue)
      try await Claimer.join(queue.database).claim()
      #expect(try await enqueue("push", 1, queue) != job)
    }
  }

  @Test func `a kind without a row is covered by its kind`() async throws {
    try await Queue.with { queue in
      let poll: Int64 = try await queue.value("select jira_sync.enqueue('poll') as value")
      #expect(try await queue.value("select jira_sync.enqueue('poll') as value") == poll)
    }
  }

  /// Caught: a request that relies on a job which runs before the requester's transaction is committed.
  @Test func `what covers an open transaction is not claimed before it ends`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let job = try await enqueue("push", 1, queue)
      let claimer = try await Claimer.join(queue.database)
      try await queue.connection.transaction(doing: "asking") { transaction in
        let row = try await transaction.query(
          "select jira_sync.enqueue('push', '1') as value", doing: "asking"
        ).one
        #expect(try row.get("value") == job)
        #expect(try await claimer.claim().isEmpty)
      }
      #expect(try await claimer.claim().map(\.id) == [job])
    }
  }

  /// Caught: an upsert or a locked row in the statement, which fails with 40001 where it is newer than the snapshot.
  @Test(arguments: ["repeatable read", "serializable"])
  func `a stricter transaction beside a concurrent one does not fail`(level: String) async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let other = try await queue.database.connect()
      try await queue.connection.transaction(doing: "enqueuing") { transaction in
        _ = try await transaction.query(
          "set transaction isolation level \(unescaped: level)", doing: "setting the level")
        _ = try await transaction.query(
          "select count(*) from jira_sync.jobs", doing: "taking the snapshot")
        for statement: SQL in [
          "insert into jira_sync.jobs (kind, row_id) values ('push', 1)",
          "select jira_sync.enqueue('push', '1')",
        ] { _ = try await other.query(statement, doing: "a concurrent writer") }
        for statement: SQL in [
          "insert into jira_sync.jobs (kind, row_id) values ('push', 1)",
          "select jira_sync.enqueue('push', '1')",
        ] { _ = try await transaction.query(statement, doing: "enqueuing") }
      }
      #expect(try await Claimer.join(queue.database).claim().count == 1)
    }
  }
}
