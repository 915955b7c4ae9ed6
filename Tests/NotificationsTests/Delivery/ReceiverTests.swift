import Foundation
import HTTP
import JSON
import Locks
import Postgres
import TestSupport
import Testing

@testable import Notifications

/// Real receivers, with everything that they do wrong.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct ReceiverTests {
  /// Sends three messages of different kinds, one after the other, to a webhook.
  private func send(
    to port: Int, _ body: (OutboxWorld) async throws -> Void
  ) async throws {
    let transport = CurlClient()
    var slack = SlackChannel(
      url: "http://127.0.0.1:\(port)/services/T0/secret", site: nil, transport: transport)
    slack.patience = .seconds(60)
    try await OutboxWorld.with([slack]) { world in
      for kind in ["conflict", "breaker_tripped", "schedule_missed"] {
        try await world.emit(kind, fingerprint: kind, subject: kind)
        try await world.run("select pg_sleep(0.002)")
      }
      try await body(world)
    }
    await transport.shutdown()
  }

  /// The headlines of what was taken.
  private func headlines(_ received: [JSON]) -> [String] {
    received.filter { $0["refused"] == false }.compactMap { $0["body"]?["text"]?.string }
  }

  private let all = [
    "A conflict waits for a decision: conflict", "Stopped to be safe: breaker_tripped",
    "A schedule was missed: schedule_missed",
  ]

  @Test(arguments: [
    (["ok", "ok", "ok"], 0), (["500", "ok", "500"], 0), (["429/1"], 0), (["slow", "slow"], 0),
    (["taken"], 1), (["404", "403"], 0),
  ])
  func
    `whatever a webhook does, everything arrives, in order, and twice only where it did not say that it had it`(
      behaviors: [String], doubles: Int
    ) async throws
  {
    let receiver: ReceiverProcess
    switch behaviors.count {
    case 1: receiver = try await .webhook(behaviors[0])
    case 2: receiver = try await .webhook(behaviors[0], behaviors[1])
    default: receiver = try await .webhook(behaviors[0], behaviors[1], behaviors[2])
    }
    try await send(to: receiver.port) { world in
      for _ in 1...4 {
        try await world.drain()
        try await world.letPass("15 minutes")
      }
      let taken = try headlines(receiver.received)
      #expect(taken == Array(repeating: all[0], count: doubles) + all)
      #expect(try await world.count("jira_sync.messages where state <> 'sent'") == 0)
    }
    receiver.stop()
  }

  @Test func `a webhook that nobody listens on gets everything once somebody does`() async throws {
    let gone = try await ReceiverProcess.webhook()
    try await gone.end()
    try await send(to: gone.port) { world in
      try await world.drain()
      let error: String = try await world.run(
        "select last_error as value from jira_sync.messages where state = 'ready' order by id limit 1"
      ).one.get("value")
      #expect(error.contains("Failed to connect"))
      // The address is a secret.
      #expect(!error.contains("secret"))
      let history = try await world.run(
        "select string_agg(error, ' ') as value from jira_sync.job_history")
      #expect(try history.one.get("value", as: String?.self)?.contains("secret") != true)
      let back = try await ReceiverProcess.webhook(port: gone.port)
      try await world.letPass("15 minutes")
      try await world.drain()
      #expect(try headlines(back.received) == all)
      back.stop()
    }
  }

  @Test func `how long a webhook asks to be left alone is honoured`() async throws {
    let receiver = try await ReceiverProcess.webhook("429/400")
    try await send(to: receiver.port) { world in
      try await world.drain()
      #expect(
        try await world.count(
          "jira_sync.jobs where run_at between now() + interval '380 s' and now() + interval '401 s'"
        )
          == 1)
    }
    receiver.stop()
  }

  /// Catches mail on the thread of all requests: libcurl does nothing else while it waits for the answer to a mail.
  @Test func `a mail server that falls silent holds up neither requests nor the end`() async throws
  {
    let server = try await ReceiverProcess.mail("--silent")
    let receiver = try await ReceiverProcess.webhook("ok")
    let transport = CurlClient()
    let channel = EmailChannel(
      server: try MailServer("smtp://127.0.0.1:\(server.port)"),
      sender: try #require(Mailbox("sync@example.com")),
      recipients: [try #require(Mailbox("ada@example.com"))], site: nil, transport: transport)
    let message = Message(
      id: 1, uuid: UUID(), root: nil, issueKey: nil, writtenAt: 1_795_512_600,
      items: [MessageItem(Draft.Part(cause: Cause.example(kind: "row_refused"), stage: .first))])
    let isOver = Lock(false)
    let sending = Task {
      defer { isOver.withLock { $0 = true } }
      return try await channel.send(message)
    }
    _ = try await server.wait(for: 1)
    let slack = SlackChannel(
      url: "http://127.0.0.1:\(receiver.port)/x", site: nil, transport: transport)
    _ = try await slack.send(message)
    #expect(!isOver.withLock { $0 }, "the mail is waited for as before")
    sending.cancel()
    await #expect(throws: ChannelError.self) { try await sending.value }
    await transport.shutdown()
    receiver.stop()
    server.stop()
  }

  /// The worker has one slot.
  ///
  /// Broken variants: a handler that takes several channels in one run, or one whose runs take a slot.
  @Test func `a webhook that hangs keeps nobody else waiting`() async throws {
    let receiver = try await ReceiverProcess.webhook("hang")
    let mail = RecordingChannel("email")
    let transport = CurlClient()
    let slack = SlackChannel(
      url: "http://127.0.0.1:\(receiver.port)/x", site: nil, transport: transport)
    try await OutboxWorld.with([slack, mail]) { world in
      try await world.working {
        try await world.emit()
        try await world.wait(
          until:
            "exists (select from jira_sync.jobs where key = 'notify:slack' and state = 'running')")
        for number in 1...5 { try await world.emit("conflict", fingerprint: "\(number)") }
        try await world.run(
          "insert into jira_sync.jobs (kind) select 'noop' from generate_series(1, 200)")
        try await world.wait(until: "not exists (select from jira_sync.jobs where kind = 'noop')")
        try await world.wait(
          until:
            "exists (select from jira_sync.messages where channel = 'email' and kind = 'conflict' and state = 'sent')"
        )
        // Had they waited for it, it would have been given up by now, and be tried again later.
        #expect(
          try await world.count(
            "jira_sync.jobs where key = 'notify:slack' and state = 'running' and attempt = 1")
            == 1)
      }
    }
    receiver.stop()
    await transport.shutdown()
  }
}
