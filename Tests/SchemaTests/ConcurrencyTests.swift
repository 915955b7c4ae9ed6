import Postgres
import TestSupport
import Testing

/// Writers beside each other and beside workers.
@Suite(.requiresPostgres) struct ConcurrencyTests {
  /// A change that relies on a waiting job while a worker comes by; answers whether a run saw it.
  ///
  /// The worker claims while the change is not committed: a run that begins then reads the old row.
  private func changeIsSeen(_ audit: Audit) async throws -> Bool {
    try await audit.add(1...1, debt: true)
    try await audit.run("update public.file_audit set notes = 'first'")
    let writer = try await audit.database.connect()
    try await writer.transaction(doing: "changing") { transaction in
      _ = try await transaction.query(
        "update public.file_audit set notes = 'second'", doing: "changing")
      _ = try await audit.work()
    }
    return try await audit.work() == [1]
  }

  @Test func `the job that covers an open change runs after it`() async throws {
    try await Audit.with { audit in
      let isSeen = try await changeIsSeen(audit)
      #expect(isSeen)
      #expect(try await audit.jobs().isEmpty)
    }
  }

  /// The check above is one that can fail: a trigger that looks for a waiting job and does not lock it loses the change.
  @Test func `a trigger that does not lock loses the change`() async throws {
    try await Audit.with { audit in
      // For one row, and for many.
      for function in ["jira_sync.enqueue_change", "jira_sync.enqueue_changes"] {
        let text: String = try await audit.value(
          "select pg_get_functiondef(\(function)::regproc) as value")
        let parts = text.split(separator: "for key share skip locked")
        #expect(parts.count == 2)
        try await audit.script(parts.joined())
      }
      let isSeen = try await changeIsSeen(audit)
      #expect(!isSeen)
    }
  }

  /// Caught: an upsert, a row lock or a look into the queue that makes an application's transaction fail with 40001.
  ///
  /// Index scans of rows that stay on their page: what SERIALIZABLE then complains of is not the application's own doing.
  @Test(arguments: ["repeatable read", "serializable"])
  func `a stricter writer beside a concurrent one never fails`(level: String) async throws {
    try await Audit.with { audit in
      try await writeBeside(audit, level: level)
      // However many jobs that made, each row is one run.
      #expect(try await audit.work() == (1...40).map(Int64.init))
      #expect(try await audit.jobs().isEmpty)
    }
  }

  @Test func `a trigger that reads the queue makes serializable neighbours fail`() async throws {
    try await Audit.with { audit in
      let text: String = try await audit.value(
        "select pg_get_functiondef('jira_sync.enqueue_changes'::regproc) as value")
      let parts = text.split(separator: "isolation = 'serializable'")
      #expect(parts.count == 2)
      try await audit.script(parts.joined(separator: "false"))
      let error = await #expect(throws: PostgresError.self) {
        try await writeBeside(audit, level: "serializable")
      }
      #expect(error?.sqlState == "40001")
    }
  }

  /// Two transactions at a time that write rows of their own.
  private func writeBeside(_ audit: Audit, level: String) async throws {
    try await audit.run("alter table public.file_audit set (fillfactor = 10)")
    try await audit.add(1...40, debt: true)
    let other = try await audit.database.connect()
    for connection in [audit.connection, other] {
      try await connection.script("set enable_seqscan = off", doing: "choosing plans")
    }
    for round in 0..<10 {
      let mine = round * 4 + 1
      try await audit.connection.transaction(doing: "writing") { transaction in
        _ = try await transaction.query(
          "set transaction isolation level \(unescaped: level)", doing: "setting the level")
        _ = try await transaction.query(
          "select count(*) from public.file_audit where id = \(mine)", doing: "taking a snapshot")
        try await other.transaction(doing: "writing beside it") { beside in
          _ = try await beside.query(
            "set transaction isolation level \(unescaped: level)", doing: "setting the level")
          for statement: SQL in [
            "update public.file_audit set notes = 'b' where id = \(mine + 1)",
            "update public.file_audit set notes = 'c' where id = \(mine + 1)",
            "delete from public.file_audit where id = \(mine + 2)",
            "insert into jira_sync.jobs (kind, row_id) values ('push', \(mine))",
          ] { _ = try await beside.query(statement, doing: "writing beside it") }
          _ = try await transaction.query(
            "update public.file_audit set notes = 'd' where id = \(mine)", doing: "writing")
        }
        for statement: SQL in [
          "update public.file_audit set notes = 'e' where id = \(mine)",
          "delete from public.file_audit where id = \(mine + 3)",
        ] { _ = try await transaction.query(statement, doing: "writing") }
      }
    }
  }

  /// A transaction of several changes of one row under REPEATABLE READ needs one job, of its own.
  @Test func `a stricter transaction enqueues a row once`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...1, debt: true)
      try await audit.connection.transaction(doing: "writing") { transaction in
        _ = try await transaction.query(
          "set transaction isolation level repeatable read", doing: "setting the level")
        for number in 0..<5 {
          _ = try await transaction.query(
            "update public.file_audit set notes = \(String(number))", doing: "writing")
        }
      }
      #expect(try await audit.jobs().count == 1)
    }
  }

  @Test func `writers do not wait for a worker that holds its job`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...1, debt: true)
      try await audit.run("update public.file_audit set notes = 'a'")
      let worker = try await audit.database.connect()
      try await worker.transaction(doing: "holding a job") { transaction in
        _ = try await transaction.query(
          "select from jira_sync.jobs for update", doing: "holding a job")
        try await audit.run("set lock_timeout = '3s'")
        try await audit.run("update public.file_audit set notes = 'b'")
      }
      #expect(try await audit.jobs().count == 2)
    }
  }
}
