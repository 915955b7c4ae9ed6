import CSys
import Locks
import Logging
import Postgres

extension Worker {
  /// The channel that everything is notified on.
  static let channel = "jira_sync"

  /// Listens and sends heartbeats, on one connection, and makes a new one when that is lost.
  func keepConnected() async {
    var backoff = ReconnectBackoff()
    while !Task.isCancelled {
      do {
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        do {
          try await keepConnected(on: connection) { backoff = ReconnectBackoff() }
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

  private func keepConnected(
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
          case "schedules": await self.checkSchedules()
          case let other where other.hasPrefix("probe "): break
          case let other where !other.isEmpty: await self.heard(other)
          default: await self.post(.notified)
          }
        }
        // The heartbeat, not answered in time, has closed the connection.
        throw PostgresError(
          kind: .connectionLost, message: "the connection was closed", doing: "listening")
      }
      try await sendHeartbeat(on: connection)
      connected()
      troubles.ended("the listening connection", logger: logger)
      // Notifications may have been missed meanwhile.
      post(.reconnected)
      try await sendProbe(probe, heard: heard)
      group.addTask { try await self.keepSendingHeartbeats(on: connection) }
      try await group.next()
      group.cancelAll()
    }
    await connection.close()
  }

  /// Makes sure that notifications arrive: through a pooler in transaction mode they do not.
  ///
  /// The probe uses the other connection: on this one the pooler might return the same session by chance, which would hear
  /// itself. The other connection may wait for a lock of an application, so the heartbeat does not wait for the probe.
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

  private func keepSendingHeartbeats(on connection: PostgresConnection) async throws {
    var sinceHeartbeat = Duration.zero
    var isFirst = true
    while true {
      try await Task.sleep(for: options.heartbeat)
      sinceHeartbeat += options.heartbeat
      // An idle worker has no leases: it asks only now and then whether a notification was lost.
      guard !runs.isEmpty || !canListen || sinceHeartbeat >= options.idleHeartbeat else { continue }
      sinceHeartbeat = .zero
      try await sendHeartbeat(on: connection)
      if isFirst, runs.isEmpty {
        // Half of the resident memory is code that ran once, at the start.
        isFirst = false
        csys_release_code()
      }
      if runs.isEmpty, lastRunID != trimmedAfterRun {
        // The allocator keeps what a batch needed, for each thread. An idle worker frees it.
        trimmedAfterRun = lastRunID
        csys_release_free_memory()
      }
    }
  }

  /// One heartbeat; a connection that does not answer in time is given up.
  private func sendHeartbeat(on connection: PostgresConnection) async throws {
    let sentAt = ContinuousClock.now
    let isWhole = fullHeartbeats.areDue(now: sentAt)
    let watchdog = Task { [options] in
      try await Task.sleep(for: options.lease * 3 / 8)
      // A session that waits for a lock does not notice that its client is gone, and each attempt would leave one behind.
      await connection.cancelAndClose()
    }
    var isAnswered = false
    defer {
      watchdog.cancel()
      // A full one that took too long for the watchdog was expensive, too: the next ones renew the leases without it.
      if isWhole || isAnswered {
        fullHeartbeats.scanned(isFull: isWhole, sentAt: sentAt, took: .now - sentAt)
      }
    }
    let result = try await connection.query(
      store.heartbeat(
        lookBack: isWhole ? nil : window.lookBack(now: sentAt),
        holding: isWhole ? nil : runningJobs.map(\.id)),
      doing: "the heartbeat")
    isAnswered = true
    guard let row = result.rows.first else { return }
    let heartbeat = try Heartbeat(row: row, isWhole: isWhole)
    // If the database has forgotten this worker, it has no leases and registers again.
    if heartbeat.known { leases.withLock { $0.renewed(sentAt: sentAt) } }
    vitals.answered(on: \.heartbeat)
    post(.heartbeat(heartbeat))
  }
}
