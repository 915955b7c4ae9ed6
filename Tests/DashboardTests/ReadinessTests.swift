import Testing

@testable import Dashboard
@testable import JobQueue

/// What makes a worker ready, decided on made-up readings.
struct ReadinessTests {
  private let start = ContinuousClock.now
  private var now: ContinuousClock.Instant { start + .seconds(100) }

  /// A worker that is well.
  private var well: WorkerVitals.Reading {
    var reading = WorkerVitals.Reading(startedAt: start)
    reading.phase = .working
    reading.turnedAt = now - .seconds(6)
    reading.doing = "handling what has happened"
    reading.statements.answeredAt = now - .seconds(50)
    reading.heartbeat.answeredAt = now - .seconds(6)
    return reading
  }

  private func verdict(
    closed: String? = nil, _ change: (inout WorkerVitals.Reading) -> Void = { _ in }
  ) -> Readiness {
    var reading = well
    change(&reading)
    return Readiness(reading, closedReason: closed, now: now)
  }

  @Test
  func `an idle worker whose heartbeat is answered is ready, and has nothing to say`() {
    let readiness = verdict()
    #expect(readiness.isReady)
    #expect(readiness.notes.isEmpty)
  }

  @Test(arguments: [
    (WorkerVitals.Phase.starting, "starting"), (.stopping, "stopping"), (.ended, "ended"),
  ])
  func `before it has registered and after it was told to stop it is not`(
    phase: WorkerVitals.Phase, word: String
  ) {
    let readiness = verdict { $0.phase = phase }
    #expect(!readiness.isReady)
    #expect(readiness.reasons.contains { $0.contains(word) })
  }

  @Test
  func `a database that fails makes it unready at once, on either connection, with the error`() {
    let trouble = WorkerVitals.Trouble(since: now - .seconds(2), text: "connection refused")
    for verdict in [
      verdict({ $0.statements.trouble = trouble }), verdict({ $0.heartbeat.trouble = trouble }),
    ] {
      #expect(!verdict.isReady)
      #expect(verdict.reasons.contains { $0.contains("2 s: connection refused") })
    }
  }

  @Test
  func `a database that has gone silent makes it unready, even if nothing has failed yet`() {
    #expect(verdict { $0.heartbeat.answeredAt = now - .seconds(14) }.isReady)
    let silent = verdict { $0.heartbeat.answeredAt = now - .seconds(16) }
    #expect(silent.reasons == ["the database was last reached 16 s ago"])
    #expect(!verdict { $0.heartbeat.answeredAt = nil }.isReady)
  }

  @Test
  func `a claim loop that does not come back makes it unready, although the heartbeat goes on`() {
    let stuck = verdict {
      $0.turnedAt = now - .seconds(40)
      $0.doing = "claiming jobs"
    }
    #expect(stuck.reasons == ["the claim loop has not moved for 40 s: claiming jobs"])
  }

  @Test
  func `a paused queue and a closed JIRA are said, and no reason`() {
    let readiness = verdict(closed: "401") { $0.isPaused = true }
    #expect(readiness.isReady)
    #expect(
      readiness.notes == ["the queue is paused", "nothing that calls JIRA is claimed: 401"])
  }

  @Test
  func `what succeeds ends what failed, and a phase never comes back`() {
    let vitals = WorkerVitals()
    vitals.entered(.working)
    vitals.failed(on: \.statements, CancellationError())
    let since = vitals.reading.statements.trouble?.since
    vitals.failed(on: \.statements, CancellationError())
    #expect(vitals.reading.statements.trouble?.since == since)
    #expect(vitals.reading.heartbeat.trouble == nil)
    vitals.answered(on: \.statements)
    #expect(vitals.reading.statements.trouble == nil)
    vitals.entered(.stopping)
    vitals.entered(.working)
    #expect(vitals.reading.phase == .stopping)
  }
}
