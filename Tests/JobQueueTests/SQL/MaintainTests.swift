import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct MaintainTests {
  private let due: SQL = "update jira_sync.control set maintained_at = '-infinity'"

  private func partitions(_ queue: Queue) async throws -> [String] {
    try await queue.run(
      """
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'jira_sync.job_history'::regclass order by 1
      """
    ).rows.map { row in try row.get("name") }
  }

  @Test func `a week of partitions is made ahead`() async throws {
    try await Queue.with { queue in
      // Eight days and the default.
      #expect(try await partitions(queue).count == 9)
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await claimer.settle(try await claimer.claim())
      #expect(
        try await queue.value(
          "select count(*) as value from jira_sync.job_history_default", as: Int.self) == 0)
    }
  }

  @Test func `it is done once an hour`() async throws {
    try await Queue.with { queue in
      // The schema is copied from a template, which may be older than an hour.
      try await queue.run("select jira_sync.maintain()")
      let before = try await queue.value(
        "select maintained_at::text as value from jira_sync.control", as: String.self)
      try await queue.run("select jira_sync.maintain()")
      #expect(
        try await queue.value("select maintained_at::text as value from jira_sync.control")
          == before)
    }
  }

  /// A day without its partition must not stop a job from being completed, and its rows move over afterwards.
  @Test func `rows that came without a partition move into it`() async throws {
    try await Queue.with { queue in
      let today: String = try await queue.value(
        "select 'job_history_' || to_char(now() at time zone 'UTC', 'YYYYMMDD') as value")
      try await queue.run("drop table jira_sync.\(identifier: today)")
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await claimer.settle(try await claimer.claim())
      #expect(
        try await queue.value(
          "select count(*) as value from jira_sync.job_history_default", as: Int.self) == 1)
      try await queue.run(due)
      try await queue.run("select jira_sync.maintain()")
      #expect(
        try await queue.value(
          "select count(*) as value from jira_sync.\(identifier: today)", as: Int.self) == 1)
      #expect(
        try await queue.value(
          "select relrowsecurity as value from pg_class where oid = \("jira_sync." + today)::regclass"
        ) == true)
      #expect(try await queue.history().count == 1)
    }
  }

  @Test func `old days are dropped`() async throws {
    try await Queue.with { queue in
      try await queue.script(
        """
        create table jira_sync.job_history_20200101 partition of jira_sync.job_history
        for values from ('2020-01-01 00:00+00') to ('2020-01-02 00:00+00');
        insert into jira_sync.job_history (id, kind, attempt, outcome, enqueued_at, finished_at)
        values (1, 'noop', 1, 'done', '2020-01-01', '2020-01-01 12:00+00'),
          (2, 'noop', 1, 'done', '2020-01-01', '2020-02-01 12:00+00');
        """)
      try await queue.run(due)
      try await queue.run("select jira_sync.maintain()")
      #expect(try await queue.history().isEmpty)
      #expect(try await partitions(queue).contains { $0.hasSuffix("20200101") } == false)
    }
  }

  /// Caught: housekeeping that fails where somebody reads the history for long, is due again at the next heartbeat, and holds
  /// up completions for as long as it waits for its lock, again and again.
  @Test func `a long reader puts housekeeping off for an hour`() async throws {
    try await Queue.with { queue in
      try await queue.script(
        """
        create table jira_sync.job_history_20200101 partition of jira_sync.job_history
        for values from ('2020-01-01 00:00+00') to ('2020-01-02 00:00+00');
        """)
      let reader = try await queue.database.connect()
      try await reader.transaction(doing: "reading") { transaction in
        _ = try await transaction.query(
          "select count(*) from jira_sync.job_history", doing: "reading")
        try await queue.run(due)
        try await queue.run("select jira_sync.maintain()")
      }
      #expect(try await partitions(queue).contains { $0.hasSuffix("20200101") })
      let claimer = try await Claimer.join(queue.database)
      #expect(try await claimer.heartbeat().get("maintenance_due", as: Bool.self) == false)
    }
  }
}
