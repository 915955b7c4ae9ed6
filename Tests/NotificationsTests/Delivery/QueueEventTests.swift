import Postgres
import TestSupport
import Testing

@testable import Notifications

/// What the queue itself has people told.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct QueueEventTests {
  @Test
  func `jobs that die of one cause are one message, and its end is told when they are tried again`()
    async throws
  {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.run(
        """
        insert into jira_sync.jobs (kind, args, last_error)
        select 'poll', jsonb_build_object('n', n), 'JIRA said: issue X-' || n || ' is "odd"'
        from generate_series(1, 5) as n
        """)
      try await world.run("update jira_sync.jobs set state = 'dead', last_error = last_error")
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["Jobs were given up"])
      #expect(channel.taken.first?.items.first?.times == 5)
      try await world.run("select jira_sync.retry_dead()")
      try await world.drain()
      #expect(channel.taken.map(\.headline).last == "Resolved: Jobs were given up")
    }
  }

  @Test func `a worker that was lost is told of once, however many jobs it held`() async throws {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.run(
        """
        insert into jira_sync.jobs (kind, args)
        select 'noop', jsonb_build_object('key', n::text) from generate_series(1, 20) as n
        """)
      let lost = "00000000-0000-0000-0000-00000000dead"
      try await world.run("select jira_sync.register(\(lost)::uuid, 'machine:17', '{noop}', 4, 8)")
      try await world.run("select id from jira_sync.claim(\(lost)::uuid, '{noop}', 100, true)")
      try await world.run(
        """
        update jira_sync.workers set seen_at = seen_at - interval '1 minute'
        where incarnation = \(lost)::uuid
        """)
      let other = "00000000-0000-0000-0000-000000000001"
      try await world.run("select jira_sync.register(\(other)::uuid, 'other:1', '{noop}', 4, 600)")
      // It only judges others after a lease in touch.
      try await world.run(
        """
        update jira_sync.workers set on_time_since = now() - interval '1 hour'
        where incarnation = \(other)::uuid
        """)
      try await world.run("select jira_sync.rescue(\(other)::uuid)")
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["Lost: worker machine:17"])
    }
  }

  /// Catches a look for what is over that compares the cause of a gone issue with those of refused rows, which it never is;
  /// and a second message, of a row that an edit would put right.
  @Test
  func `an issue that is gone is told of once, and is over when the row is unlinked, not before`()
    async throws
  {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.run(
        """
        insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state)
        values ('file_audit', 7, 'src/a.py', '10005', 'SCRSKY-5', 'linked')
        """)
      try await world.run(
        "update jira_sync.links set state = 'issue_gone', last_error = 'SCRSKY-5 was deleted'")
      try await world.run(
        """
        select jira_sync.emit('row_refused', 'warning', 'issue_gone:' || id, label, 'SCRSKY-5 is gone.', 'Unlink it.')
        from jira_sync.links
        """)
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["A row cannot be synced: src/a.py"])
      try await world.emit(fingerprint: "another cause")
      try await world.drain()
      #expect(try await world.count("jira_sync.events where kind = 'row_refused'") == 1)
      try await world.run("update jira_sync.links set state = 'unlinked', last_error = null")
      try await world.emit(fingerprint: "a third")
      try await world.drain()
      #expect(channel.taken.map(\.headline).last == "Resolved: A row cannot be synced: src/a.py")
    }
  }

  /// Measured, too: the trigger's condition is all that the jobs that succeed come by.
  @Test func `a job that succeeds is no event`() async throws {
    try await OutboxWorld.with([RecordingChannel()]) { world in
      try await world.run(
        "insert into jira_sync.jobs (kind) select 'noop' from generate_series(1, 50)")
      try await world.drain()
      #expect(try await world.count("jira_sync.events") == 0)
      #expect(try await world.count("jira_sync.job_history where outcome = 'done'") == 50)
    }
  }
}
