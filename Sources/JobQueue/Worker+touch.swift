import CSys
import Locks
import Logging
import Postgres

extension Worker {
  /// The channel that everything is notified on.
  static let channel = "jira_sync"

  /// Listens and sends heartbeats, on one connection, and makes a new one when that is lost.
  func keepInTouch() async {
    var backoff = ReconnectBackoff()
    while !Task.isCancelled {
      do {
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        do {
          try await keepInTouch(on: connection) { backoff = ReconnectBackoff() }
        } catch {
          await connection.close()
          throw error
        }
      } catch {
        if Task.isCancelled { return }
        vitals.failed(on: \.heartbeat, error)
        _ = troubles.began("the listening connection", error: error, logger: logger)
        var random = SystemRandomNumberGenerator()
        do { try await Task.sleep(for: backoff.failed(using: &random)) } catch { return }
      }
    }
  }

  private func keepInTouch(
    on connection: PostgresConnection, connected: () -> Void
  ) async throws {
    try await connection.listen(Self.channel)
    let probe = "probe \(store.incarnation)"
    let heard = Lock(false)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await notification in connection.notifications {
          switch notification.payload {
          case probe: heard.withLock { $0 = true }
          case "cancel": await self.post(.cancelRequested)
          case "schedules": await self.lookAtSchedules()
          case let other where other.hasPrefix("probe "): break
          case let other where !other.isEmpty: await self.heard(other)
          default: await self.post(.notified)
          }
        }
        // The heartbeat, not answered in time, has closed the connection.
        throw PostgresError(
          kind: .connectionLost, message: "the connection was closed", doing: "listening")
      }
      try await beat(on: connection)
      connected()
      troubles.ended("the listening connection", logger: logger)
      // Whatever was missed while nobody listened.
      post(.reconnected)
      try await sendProbe(probe, heard: heard)
      group.addTask { try await self.keepBeating(on: connection) }
      try await group.next()
      group.cancelAll()
    }
    await connection.close()
  }

  /// Makes sure that notifications arrive: through a pooler in transaction mode they do not.
  ///
  /// Sent by the other connection: such a pooler may give this one the same session again by chance, which would hear itself.
  /// The other one may be waiting for an application's lock, and this one has leases to renew: so nobody waits for it.
  private func sendProbe(_ probe: String, heard: Lock<Bool>) async throws {
    let isSent = Lock(false)
    let database = store.database
    let sending = Task {
      _ = try await database.query(
        "select pg_notify(\(Self.channel), \(probe))", doing: "probing LISTEN")
      isSent.withLock { $0 = true }
    }
    defer { sending.cancel() }
    for _ in 0..<40 where !heard.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(50)) }
    let hears = heard.withLock { $0 }
    if !hears, canListen, isSent.withLock({ $0 }) {
      logger.warning(
        """
        LISTEN does not work on this connection (a pooler in transaction mode?); work is found by polling every \
        \(options.heartbeat) instead. Use a direct or session-mode connection for wake-ups within milliseconds.
        """)
    }
    canListen = hears
  }

  private func keepBeating(on connection: PostgresConnection) async throws {
    var sinceBeat = Duration.zero
    var isFirst = true
    while true {
      try await Task.sleep(for: options.heartbeat)
      sinceBeat += options.heartbeat
      // Who holds nothing has no lease to renew, and asks only now and then whether a notification was lost.
      guard !runs.isEmpty || !canListen || sinceBeat >= options.idleHeartbeat else { continue }
      sinceBeat = .zero
      try await beat(on: connection)
      if isFirst, runs.isEmpty {
        // Half of what is resident now is code that has run once, to start.
        isFirst = false
        csys_release_code()
      }
      if runs.isEmpty, lastRunID != trimmedAfterRun {
        // The allocator keeps what a batch needed, in each thread's arena; who idles gives it back.
        trimmedAfterRun = lastRunID
        csys_release_free_memory()
      }
    }
  }

  /// One heartbeat; a connection that does not answer in time is given up.
  private func beat(on connection: PostgresConnection) async throws {
    let sentAt = ContinuousClock.now
    let isWhole = fullHeartbeats.areDue(now: sentAt)
    let watchdog = Task { [options] in
      try await Task.sleep(for: options.lease * 3 / 8)
      // A session that waits for a lock does not notice that nobody waits for it, and each attempt would leave one behind.
      await connection.cancelAndClose()
    }
    var isAnswered = false
    defer {
      watchdog.cancel()
      // A whole one that took too long for the watchdog was dear, too: the next ones renew the leases without it.
      if isWhole || isAnswered {
        fullHeartbeats.scanned(isFull: isWhole, sentAt: sentAt, took: .now - sentAt)
      }
    }
    let result = try await connection.query(
      store.heartbeat(
        lookBack: isWhole ? nil : window.lookBack(now: sentAt),
        holding: isWhole ? nil : held.map(\.id)),
      doing: "the heartbeat")
    isAnswered = true
    guard let row = result.rows.first else { return }
    let heartbeat = try Heartbeat(row: row, isWhole: isWhole)
    // One that the database has forgotten has no leases: it registers again.
    if heartbeat.known { leases.withLock { $0.renewed(sentAt: sentAt) } }
    vitals.answered(on: \.heartbeat)
    post(.heartbeat(heartbeat))
  }
}
