import Postgres
import SyncConfiguration
import TestSupport
import Testing

@testable import Notifications

/// From an event to a message, through the database and a real worker.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct OutboxTests {
  @Test func `an event is told at once, and what follows is counted and told once`() async throws {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.emit()
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["Changes made in JIRA arrive late"])
      try await world.emit(times: 37)
      try await world.drain()
      #expect(channel.taken.count == 1)
      // Nothing went wrong on the way: it waits in a job of its own.
      #expect(try await world.count("jira_sync.job_history where outcome <> 'done'") == 0)
      #expect(
        try await world.count("jira_sync.jobs where run_at > now() + interval '50 minutes'") == 1)
      try await world.letPass("2 hours")
      try await world.drain()
      #expect(channel.taken.count == 2)
      #expect(channel.taken[1].headline.hasPrefix("Again, 37 times since "))
      #expect(channel.taken[1].root == channel.taken[0].uuid)
    }
  }

  @Test func `that it has gone is told once, in the thread of its cause`() async throws {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.emit()
      try await world.drain()
      for _ in 1...3 { try await world.resolve() }
      try await world.drain()
      #expect(channel.taken.map(\.headline).last == "Resolved: Changes made in JIRA arrive late")
      #expect(channel.taken.count == 2)
      #expect(channel.taken[1].root == channel.taken[0].uuid)
    }
  }

  @Test func `where no channel is, nothing piles up`() async throws {
    try await OutboxWorld.with([]) { world in
      try await world.emit(times: 3)
      #expect(try await world.count("jira_sync.deliveries") == 0)
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  @Test func `kinds and severities go where the settings say`() async throws {
    let mail = RecordingChannel("email")
    let slack = RecordingChannel("slack")
    var settings = NotificationSettings()
    settings.rules["slack"]?.severity = .error
    settings.rules["slack"]?.also = ["backfill_finished"]
    settings.rules["email"]?.never = ["worker_lost"]
    try await OutboxWorld.with([mail, slack], settings: settings) { world in
      try await world.emit("conflict", fingerprint: "1")
      try await world.emit("job_dead", severity: "error", fingerprint: "2")
      try await world.emit("worker_lost", severity: "error", fingerprint: "3")
      try await world.emit("backfill_finished", severity: "info", fingerprint: "4")
      try await world.emit("poller_behind", severity: "info", fingerprint: "5")
      try await world.drain()
      #expect(mail.taken.map { $0.items[0].kind } == ["conflict", "job_dead", "backfill_finished"])
      #expect(
        slack.taken.map { $0.items[0].kind } == ["job_dead", "worker_lost", "backfill_finished"])
    }
  }

  /// Two drains of one channel at a time would tell it twice.
  @Test func `1,000 failures of different causes in a minute are one message a channel`()
    async throws
  {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.working {
        try await world.run(
          """
          select jira_sync.emit('job_dead', 'error', 'cause ' || n, 'job ' || n, 'It failed.')
          from generate_series(1, 1000) as n
          """)
        try await world.wait(until: "not exists (select from jira_sync.deliveries)")
        try await world.wait(
          until: "not exists (select from jira_sync.jobs where state = 'running')")
      }
      #expect(channel.taken.count == 1)
      try await world.letPass("2 minutes")
      try await world.drain()
      let told = channel.taken.flatMap(\.items)
      #expect(channel.taken.count <= 2)
      #expect(Set(told.map(\.subject)).count == 1_000)
    }
  }

  @Test func `10,000 rows with one cause are one message, then one digest`() async throws {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.run(
        """
        insert into jira_sync.links (table_name, row_id, label, last_error)
        select 'file_audit', n, 'src/file' || n || '.py', 'status → priority: JIRA has no option "' || n || '"'
        from generate_series(1, 10) as n
        """)
      try await world.drain()
      #expect(channel.taken.map(\.headline) == ["Rows cannot be synced"])
      try await world.run(
        """
        insert into jira_sync.links (table_name, row_id, label, last_error)
        select 'file_audit', n, 'src/file' || n || '.py', 'status → priority: JIRA has no option "' || n || '"'
        from generate_series(11, 10000) as n
        """)
      try await world.drain()
      #expect(channel.taken.count == 1)
      try await world.letPass("61 minutes")
      try await world.drain()
      #expect(channel.taken.count == 2)
      #expect(channel.taken[1].headline.hasPrefix("Again, 9,990 times since "))
      // Put right one by one: the last one ends it.
      try await world.run("update jira_sync.links set last_error = null where row_id <> '1'")
      try await world.drain()
      #expect(channel.taken.count == 2)
      try await world.run("update jira_sync.links set last_error = null")
      try await world.drain()
      #expect(channel.taken.map(\.headline).last == "Resolved: Rows cannot be synced")
    }
  }

  @Test func `a channel that is down gets everything later, in order, and holds up no other`()
    async throws
  {
    let mail = RecordingChannel("email")
    let slack = RecordingChannel("slack")
    try await OutboxWorld.with([mail, slack]) { world in
      mail.fail(with: ChannelError(.later, "down"), ChannelError(.later, "down"))
      try await world.emit("conflict", fingerprint: "1")
      try await world.drain()
      try await world.emit("breaker_tripped", severity: "error", fingerprint: "2")
      try await world.resolve("conflict", fingerprint: "1")
      try await world.drain()
      #expect(slack.taken.count == 3)
      #expect(mail.taken.isEmpty)
      for _ in 1...2 {
        try await world.letPass("15 minutes")
        try await world.drain()
      }
      #expect(
        mail.taken.map { "\($0.items[0].kind) \($0.items[0].stage)" } == [
          "conflict first", "breaker_tripped first", "conflict resolved",
        ])
      #expect(mail.attempts == 5)
    }
  }

  @Test func `a message that is refused is given up, and the next one goes out`() async throws {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      channel.fail(with: ChannelError(.refused, "invalid_blocks"))
      try await world.emit("conflict", fingerprint: "1")
      try await world.emit("breaker_tripped", severity: "error", fingerprint: "2")
      try await world.drain()
      #expect(channel.taken.map { $0.items[0].kind } == ["breaker_tripped"])
      #expect(
        try await world.count(
          "jira_sync.messages where state = 'dead' and last_error = 'invalid_blocks'") == 1)
      try await world.run("select jira_sync.retry_messages()")
      try await world.drain()
      #expect(channel.taken.map { $0.items[0].kind } == ["breaker_tripped", "conflict"])
    }
  }

  /// Broken variant: a message that gets its uuid when it is sent.
  @Test func `what is sent again has the same name`() async throws {
    let channel = RecordingChannel()
    try await OutboxWorld.with([channel]) { world in
      try await world.emit()
      try await world.drain()
      // The receiver had it, and the worker died before it could note that.
      try await world.run("update jira_sync.messages set state = 'ready'")
      try await world.run("select jira_sync.wake_channels(array['slack'])")
      try await world.drain()
      #expect(channel.taken.count == 2)
      #expect(channel.taken[0].uuid == channel.taken[1].uuid)
    }
  }

  @Test func `other channels hear of one that does not work, and that it works again`() async throws
  {
    let mail = RecordingChannel("email")
    let slack = RecordingChannel("slack")
    try await OutboxWorld.with([mail, slack]) { world in
      mail.fail(
        with: ChannelError(.later, "down"), ChannelError(.later, "down"),
        ChannelError(.later, "down"))
      try await world.emit()
      for _ in 1...4 {
        try await world.drain()
        try await world.letPass("15 minutes")
      }
      #expect(
        slack.taken.map(\.headline) == [
          "Changes made in JIRA arrive late", "Messages do not arrive: email",
          "Resolved: Messages do not arrive: email",
        ])
      #expect(mail.taken.map(\.headline) == ["Changes made in JIRA arrive late"])
    }
  }

  @Test func `an event whose telling fails is kept, and so is what caused it`() async throws {
    try await OutboxWorld.with([RecordingChannel()]) { world in
      // Broken on purpose: the outbox takes nothing.
      try await world.run("alter table jira_sync.deliveries add check (event_id < 0)")
      try await world.emit()
      #expect(try await world.count("jira_sync.events") == 1)
    }
  }
}
