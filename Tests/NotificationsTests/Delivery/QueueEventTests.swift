import Postgres
import TestSupport
import Testing

@testable import Notifications

/// What the queue itself has people told.
@Suite(.requiresPostgres, .timeLimit(.minutes(5))) struct QueueEventTests {
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
      try await world.run("select jira_sync.register(\(other)::uuid, 'other:1', '{noop}', 4, 1)")
      try await world.run(
        "update jira_sync.workers set lease = '0.1 s', in_touch_since = now() - interval '1 minute' where incarnation = \(other)::uuid"
      )
      try await world.run("select pg_sleep(0.05)")
      try await world.run("select known from jira_sync.pulse(\(other)::uuid)")
      try await world.run("select jira_sync.rescue(\(other)::uuid)")
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["Lost: worker machine:17"])
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
