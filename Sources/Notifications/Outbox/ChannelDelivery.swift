import FoundationEssentials
import JobQueue
import Logging
import Postgres

/// One run of a `notify` job: writes what is to be told, sends it in order, and says when to come again.
struct ChannelDelivery: Sendable {
  let run: JobRun
  let job: Job
  let channel: any NotificationChannel
  private let store: OutboxStore

  /// A message that could not be delivered for so long is given up.
  static let patience = 3.0 * 86_400
  /// After so many failures of one message the other channels hear of it.
  static let failuresToTell = 3
  /// So often a message is tried again for recipients that were asked to wait, nine minutes in all; the next ones wait meanwhile.
  static let moreAttempts = 4

  init(run: JobRun, job: Job, channel: any NotificationChannel) {
    self.run = run
    self.job = job
    self.channel = channel
    store = OutboxStore(channel: channel.name)
  }

  /// Does it, and settles the job.
  ///
  /// - Throws: `PostgresError`, `LeaseLost`.
  func perform() async throws {
    try await resolveGone()
    var wakeAt: Double?
    while run.isOpen(job) {
      try Task.checkCancellation()
      var messages = try await store.ready(run.database)
      if messages.isEmpty {
        // Only then: while a channel is down, what happens is counted and not piled up.
        wakeAt = try await write()
        messages = try await store.ready(run.database)
        if messages.isEmpty { return try await finish(wakeAt: wakeAt) }
      }
      for message in messages where run.isOpen(job) {
        try Task.checkCancellation()
        guard try await send(message) else { return }
      }
    }
  }

  /// Looks whether what was told is over, where nothing else would say so.
  private func resolveGone() async throws {
    let open: Bool = try await run.database.query(
      store.readingOpen, doing: "looking what \(channel.name) was told"
    ).one.get("open")
    guard open else { return }
    _ = try await run.database.query(
      "select jira_sync.resolve_finished()", doing: "looking what is over")
  }

  /// Turns what has happened into messages; returns when more of it will be.
  private func write() async throws -> Double? {
    guard let (manner, _) = try await store.manner(run.database) else { return nil }
    let store = store
    let wakes = Wakes()
    try await run.write(for: [job], doing: "writing messages for \(channel.name)") {
      transaction, _ in
      var left = true
      while left {
        let events: Int = try await transaction.query(
          store.collecting, doing: "collecting events"
        ).one.get("events")
        left = events > 0
      }
      let causes = try await transaction.query(
        store.readingCauses, doing: "reading what was not told yet"
      ).rows.map(OutboxStore.cause)
      guard !causes.isEmpty else { return [] }
      var told: [Gate: Double] = [:]
      for row in try await transaction.query(store.readingGates, doing: "reading what was told")
        .rows
      {
        let gate = Gate(kind: try row.get("kind"), resolves: try row.get("resolves"))
        told[gate] = try row.get("told", as: Double.self)
      }
      let now: Double = try await transaction.query(
        "select extract(epoch from clock_timestamp())::float8 as now", doing: "reading the time"
      ).one.get("now")
      let plan = OutboxPlan(causes: causes, told: told, now: now, manner: manner)
      try await Self.store(plan, in: transaction, store: store, digest: manner.digest)
      wakes.note(plan.wakeAt)
      return []
    }
    return wakes.earliest
  }

  private static func store(
    _ plan: OutboxPlan, in transaction: PostgresTransaction, store: OutboxStore, digest: Double
  ) async throws {
    var statements: [SQL] = plan.silent.isEmpty ? [] : [store.silencing(plan.silent)]
    // One that begins and ends at once: the second refers to the first.
    var roots: [String: UUID] = [:]
    for draft in plan.drafts {
      let uuid = UUID()
      let only = draft.parts.count == 1 ? draft.parts.first : nil
      let known = only.flatMap { roots[$0.cause.fingerprint] ?? $0.cause.root }
      let root = only?.stage == .first || only?.stage == .news ? nil : known
      statements.append(store.writing(draft, uuid: uuid, root: root))
      statements.append(store.noting(draft, uuid: uuid, digest: digest))
      for part in draft.parts where part.stage == .first {
        roots[part.cause.fingerprint] = uuid
      }
    }
    guard !statements.isEmpty else { return }
    _ = try await transaction.pipeline(statements, doing: "writing messages")
  }

  /// Sends one; false where the job was settled because the channel does not work.
  private func send(_ message: Message) async throws -> Bool {
    try run.checkLease()
    let reply: String
    do throws(ChannelError) {
      reply = try await channel.send(message)
    } catch {
      guard case .partly(let again) = error.fate, !again || message.attempts >= Self.moreAttempts
      else { return try await noteFailure(of: message, error) }
      run.logger.warning(
        "not everybody got message \(message.id) to \(channel.name): \(error)",
        metadata: ["job": "\(job.id)"])
      reply = error.description
    }
    try await noteTaken(message, reply: reply)
    return true
  }

  private func noteFailure(of message: Message, _ error: ChannelError) async throws -> Bool {
    if Task.isCancelled { throw CancellationError() }
    let name = channel.name
    let store = store
    let age = Date().timeIntervalSince1970 - message.writtenAt
    let isDead = error.fate == .refused || age > Self.patience
    if isDead {
      run.logger.error(
        "message \(message.id) to \(name) was given up: \(error)",
        metadata: ["job": "\(job.id)"])
      try await run.write(for: [job], doing: "giving up a message") { transaction, _ in
        _ = try await transaction.query(
          store.failed(message, error: "\(error)", isDead: true), doing: "giving up a message")
        return []
      }
      return true
    }
    let isPartial = error.fate == .partly(again: true)
    let delay = RetryDelay.after(attempts: message.attempts, asked: error.retryAfter)
    if isPartial {
      run.logger.info(
        "message \(message.id) to \(name) is tried again for some: \(error)",
        metadata: ["job": "\(job.id)"])
    } else if message.attempts == 0 {
      run.logger.warning(
        "\(name) does not take messages; they wait and are sent in order: \(error)",
        metadata: ["job": "\(job.id)"])
    }
    let job = job
    try await run.write(for: [job], doing: "noting that \(name) does not work") {
      transaction, _ in
      _ = try await transaction.query(
        store.failed(message, error: "\(error)", isDead: false), doing: "noting a failure")
      if !isPartial, message.attempts + 1 == Self.failuresToTell {
        _ = try await transaction.query(Self.telling(of: name, error), doing: "telling of it")
      }
      return [(job, .retry("\(error)", after: delay))]
    }
    return false
  }

  private func noteTaken(_ message: Message, reply: String) async throws {
    let store = store
    let name = channel.name
    run.logger.info(
      "told \(name): \(Headline(message).text)",
      metadata: ["job": "\(job.id)", "message": "\(message.id)"])
    run.logger.debug("\(name) said: \(reply)", metadata: ["job": "\(job.id)"])
    try await run.write(for: [job], doing: "noting that \(name) took a message") {
      transaction, _ in
      _ = try await transaction.query(store.sent(message), doing: "noting that it was taken")
      // The message that failed may have been given up meanwhile. Where no user was notified, this notifies no one.
      _ = try await transaction.query(
        """
        select jira_sync.resolve_event('channel_failing', \("channel_failing:" + name),
          'Messages arrive again; what had waited was sent in order.')
        """, doing: "telling that it works again")
      return []
    }
  }

  private static func telling(of name: String, _ error: ChannelError) -> SQL {
    """
    select jira_sync.emit(
      kind => 'channel_failing', severity => 'warning',
      fingerprint => \("channel_failing:" + name), subject => \(name),
      message => \("Messages to \(name) do not arrive: \(error)"),
      remedy => 'They are kept for three days and sent in order once it works. Try it: jira-sync notify test',
      details => jsonb_build_object('channel', \(name)::text))
    """
  }

  /// Settles the job; one more is enqueued for what waits for its time.
  private func finish(wakeAt: Double?) async throws {
    let store = store
    let job = job
    var next = wakeAt
    let row = try await run.database.query(
      """
      select extract(epoch from clock_timestamp())::float8 as now, (\(store.readingOpen)) as open
      """, doing: "looking when to come again"
    ).one
    if try row.get("open", as: Bool.self) {
      let look = try row.get("now", as: Double.self) + 3_600
      next = min(next ?? look, look)
    }
    let time = next
    try await run.write(for: [job], doing: "finishing with \(channel.name)") { transaction, _ in
      if let time {
        _ = try await transaction.query(store.waking(at: time), doing: "asking to be woken")
      }
      _ = try await transaction.query(OutboxStore.tidying, doing: "deleting old messages")
      return [(job, .done)]
    }
  }
}
