import Postgres
import TestSupport
import Testing

/// Mass edits wait behind single ones.
@Suite(.requiresPostgres) struct MassEditTests {
  private func priorities(_ queue: Queue) async throws -> [Int: Int] {
    let rows = try await queue.run(
      "select priority, count(*) as count from jira_sync.jobs where state = 'ready' group by priority"
    ).rows
    return Dictionary(
      uniqueKeysWithValues: try rows.map { (try $0.get("priority"), try $0.get("count")) })
  }

  private func update(_ ids: ClosedRange<Int>, _ queue: Queue) async throws {
    try await queue.run(
      """
      update public.file_audit set has_technical_debt = true, notes = 'x' || random()
      where id between \(ids.lowerBound) and \(ids.upperBound)
      """)
  }

  private func updateOneByOne(_ ids: ClosedRange<Int>, _ queue: Queue) async throws {
    try await queue.script(
      """
      do $$ begin
        for i in \(ids.lowerBound)..\(ids.upperBound) loop
          update public.file_audit set has_technical_debt = true, notes = random()::text where id = i;
        end loop;
      end $$
      """)
  }

  private func deferEdits(_ queue: Queue) async throws -> Int {
    try await queue.value("select jira_sync.defer_mass_edits() as value")
  }

  @Test(arguments: [(1, 0), (100, 0), (101, -6), (150, -6)])
  func `one statement of more than a hundred rows is a mass`(rows: Int, priority: Int) async throws
  {
    try await Queue.with { queue in
      try await queue.addRows(1...200)
      try await update(1...rows, queue)
      #expect(try await priorities(queue) == [priority: rows])
    }
  }

  /// Caught: a waiting job of a mass that covers what a person changes, and a mass that doubles its own jobs.
  @Test func `a single edit of a row of the mass goes first`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...200)
      try await update(1...150, queue)
      try await update(1...150, queue)
      #expect(try await priorities(queue) == [-6: 150])
      try await update(7...7, queue)
      #expect(try await priorities(queue) == [-6: 150, 0: 1])
      let worker = try await Claimer.join(queue.database)
      let first: String = try await worker.connection.query(
        worker.claiming(limit: 1), doing: "claiming"
      ).one.get("row_id")
      #expect(first == "7")
    }
  }

  @Test(arguments: [(100, [0: 100]), (101, [-5: 101]), (150, [-5: 150])])
  func `row by row is a mass as well`(rows: Int, expected: [Int: Int]) async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...200)
      try await updateOneByOne(1...rows, queue)
      #expect(try await priorities(queue) == [0: rows])
      _ = try await deferEdits(queue)
      #expect(try await priorities(queue) == expected)
      // Again: nothing is left to move.
      #expect(try await deferEdits(queue) == 0)
    }
  }

  @Test func `what follows of the same minute is part of the mass`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...200)
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, created_at)
        select 'push', n, date_trunc('minute', now()) from generate_series(1, 150) as n
        """)
      #expect(try await deferEdits(queue) == 150)
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, created_at)
        select 'push', n, date_trunc('minute', now()) from generate_series(151, 160) as n
        """)
      #expect(try await deferEdits(queue) == 10)
    }
  }

  /// Broken variants: everything that waits is moved; everything of the role; everything of the minute.
  @Test(arguments: [
    "'another_role', date_trunc('minute', now())", "current_user, now() - interval '3 minutes'",
    "current_user, date_trunc('minute', now()) + interval '30 seconds'",
  ])
  func `single edits are left`(of roleAndTime: String) async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...200)
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, created_at)
        select 'push', n, date_trunc('minute', now()) from generate_series(1, 150) as n
        """)
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, enqueued_by, created_at)
        select 'push', '200', \(unescaped: roleAndTime)
        """)
      #expect(try await deferEdits(queue) == 150)
      #expect(try await priorities(queue) == [-5: 150, 0: 1])
    }
  }

  @Test func `a job knows who enqueued it`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...3)
      try await update(1...1, queue)
      let admin = try await queue.database.connectAsSuperuser()
      try await admin.script(
        "set role pg_write_all_data; reset role; set role pg_database_owner;",
        doing: "taking a role")
      try await admin.script("reset role", doing: "being oneself again")
      _ = try await admin.query(
        "update public.file_audit set has_technical_debt = true where id = 2", doing: "editing")
      let owner: String = try await queue.value("select session_user::text as value")
      let superuser: String = try await admin.query(
        "select session_user::text as value", doing: "asking who it is"
      ).one.get("value")
      let names = try await queue.run(
        "select enqueued_by from jira_sync.jobs order by row_id"
      ).rows.map { try $0.get("enqueued_by", as: String.self) }
      #expect(names == [owner, superuser])
      // As the service of Supabase does: it connects as one role and takes another.
      try await admin.script(
        """
        set role \(owner);
        insert into jira_sync.jobs (kind, row_id) values ('push', '3');
        """, doing: "enqueuing as another role")
      let taken: String = try await queue.value(
        "select enqueued_by as value from jira_sync.jobs where row_id = '3'")
      #expect(taken == owner)
      await admin.close()
    }
  }

  @Test func `a claim of single edits leaves the rest`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...3)
      try await queue.push(1, priority: -6)
      try await queue.push(2)
      try await queue.push(3, priority: 5)
      let worker = try await Claimer.join(queue.database)
      let rows = try await worker.connection.query(
        """
        select row_id from jira_sync.claim(\(worker.id)::uuid, '{push}', 10, false, null, null) order by row_id
        """, doing: "claiming single edits"
      ).rows.map { try $0.get("row_id", as: String.self) }
      #expect(rows == ["2", "3"])
      #expect(try await worker.claim().count == 1)
    }
  }

  /// Caught: a transaction of an application that fails since the queue moved its job meanwhile.
  @Test(arguments: ["repeatable read", "serializable"])
  func `no transaction conflicts through it`(isolation: String) async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...200)
      let application = try await queue.database.connect()
      try await application.script(
        "set default_transaction_isolation = '\(isolation)'", doing: "choosing the isolation")
      try await application.transaction(doing: "an application's work") { transaction in
        _ = try await transaction.query(
          "update public.file_audit set has_technical_debt = true, notes = 'a' where id = 1",
          doing: "editing")
        try await updateOneByOne(2...160, queue)
        #expect(try await deferEdits(queue) == 159)
        _ = try await transaction.query(
          "update public.file_audit set has_technical_debt = true, notes = 'b' where id > 160",
          doing: "going on")
      }
      await application.close()
      #expect(try await priorities(queue)[0] == 41)
    }
  }
}
