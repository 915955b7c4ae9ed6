import JSON
import Testing

@testable import Dashboard
@testable import JobQueue

/// `/metrics`: what is counted, and the text that is made of it.
struct MetricsTests {
  private func outcome(_ kind: String, _ settlement: Settlement, _ duration: Duration) -> RunOutcome
  {
    RunOutcome(job: Job(id: 1, kind: kind, token: 1), settlement: settlement, duration: duration)
  }

  private func exposition(_ process: ProcessMetrics, _ queue: SnapshotSource.Outcome) -> String {
    var vitals = WorkerVitals.Reading(startedAt: .now)
    vitals.phase = .working
    vitals.leasesLost = 3
    vitals.rescued = 4
    return Exposition(
      process: process, vitals: vitals, readiness: Readiness(vitals, now: .now), version: "1.2.3",
      queue: queue
    ).text
  }

  private var counted: ProcessMetrics {
    let process = ProcessMetrics()
    process.ended(outcome("push", .done, .milliseconds(40)))
    process.ended(outcome("push", .done, .seconds(3)))
    process.ended(outcome("push", .retry("no", after: .zero), .milliseconds(1)))
    process.ended(outcome("poll", .dead("no"), .seconds(600)))
    process.called(endpoint: "PUT /issue/{id}", result: "204", duration: .milliseconds(80))
    process.called(endpoint: "PUT /issue/{id}", result: "timeout", duration: .seconds(31))
    process.waited(.milliseconds(300))
    return process
  }

  @Test
  func `jobs are counted by kind and outcome, and their durations fall into buckets`() {
    let text = exposition(counted, .failed("down"))
    #expect(text.contains("jira_sync_jobs_ended_total{kind=\"push\",outcome=\"done\"} 2\n"))
    #expect(text.contains("jira_sync_jobs_ended_total{kind=\"push\",outcome=\"retry\"} 1\n"))
    #expect(text.contains("jira_sync_jobs_ended_total{kind=\"poll\",outcome=\"dead\"} 1\n"))
    let name = "jira_sync_job_run_duration_seconds"
    #expect(text.contains("\(name)_bucket{kind=\"push\",le=\"0.005\"} 1\n"))
    #expect(text.contains("\(name)_bucket{kind=\"push\",le=\"0.1\"} 2\n"))
    #expect(text.contains("\(name)_bucket{kind=\"push\",le=\"+Inf\"} 3\n"))
    #expect(text.contains("\(name)_bucket{kind=\"poll\",le=\"120.0\"} 0\n"))
    #expect(text.contains("\(name)_count{kind=\"poll\"} 1\n"))
    #expect(text.contains("\(name)_sum{kind=\"poll\"} 600\n"))
  }

  @Test
  func `without a database it says what the process knows, and that the rest is missing`() {
    let text = exposition(counted, .failed("down"))
    #expect(text.contains("jira_sync_database_up 0\n"))
    #expect(!text.contains("jira_sync_queue_jobs"))
    #expect(text.contains("jira_sync_leases_lost_total 3\n"))
    #expect(text.contains("jira_sync_jobs_rescued_total 4\n"))
    #expect(text.hasSuffix("# EOF\n"))
  }

  @Test
  func `kinds that nobody waits for are 0 and not missing`() {
    var snapshot = Snapshot()
    snapshot.now = Snapshot.exampleNow
    let text = exposition(ProcessMetrics(), .taken(snapshot))
    #expect(text.contains("jira_sync_queue_jobs{kind=\"push\",state=\"dead\"} 0\n"))
    #expect(text.contains("jira_sync_queue_oldest_due_age_seconds{kind=\"poll\"} 0\n"))
    #expect(text.contains("jira_sync_links{state=\"linked\"} 0\n"))
  }

  @Test(
    .enabled(
      if: OpenMetricsParser.python != nil,
      "needs JIRA_SYNC_TEST_PROMETHEUS_PYTHON with prometheus-client; scripts/test installs it"),
    .timeLimit(.minutes(20)))
  func
    `the reference parser understands it, whatever stands in a label, and reads the same values`()
    async throws
  {
    let evil = "a\\b\"c\nd}{,=é"
    for queue: SnapshotSource.Outcome in [.taken(.example(evil)), .failed("down")] {
      let families = try await OpenMetricsParser.parse(exposition(counted, queue))
      let duration = try #require(families["jira_sync_job_run_duration_seconds"])
      #expect(duration["type"] == "histogram")
      #expect(duration["unit"] == "seconds")
      #expect(families["jira_sync_jobs_ended"]?["type"] == "counter")
      for (name, family) in families.object ?? [:] {
        #expect(family["help"]?.string?.isEmpty == false, "\(name) has no help")
      }
      guard case .taken = queue else { continue }
      #expect(families["jira_sync_circuit"]?["type"] == "stateset")
      let depths = families["jira_sync_queue_jobs"]?["samples"]?.array ?? []
      #expect(
        depths.contains {
          $0["labels"] == ["kind": .string(evil), "state": "due"] && $0["value"] == "1234"
        })
      let lag = families["jira_sync_poll_watermark_lag_seconds"]?["samples"]?[0]
      #expect(lag?["value"] == "600")
    }
  }

  @Test(
    .enabled(
      if: OpenMetricsParser.python != nil,
      "needs JIRA_SYNC_TEST_PROMETHEUS_PYTHON with prometheus-client; scripts/test installs it"),
    .timeLimit(.minutes(20)))
  func `the reference parser refuses a text that was cut off, so that it would see a broken one`()
    async throws
  {
    let text = exposition(counted, .failed("down"))
    for broken in [
      String(text.dropLast(6)),
      text.replacing("jira_sync_jobs_ended_total", with: "jira_sync_jobs_ended"),
    ] {
      await #expect(throws: OpenMetricsParser.Refusal.self) {
        try await OpenMetricsParser.parse(broken)
      }
    }
  }

  @Test
  func `the last hour begins at nought, and the present minute stands last`() {
    let hour = counted.counts.lastHour
    #expect(hour.count == 60)
    #expect(hour.last == ProcessMetrics.Minute(done: 2, failed: 2))
    #expect(hour.dropLast().allSatisfy { $0 == ProcessMetrics.Minute() })
  }
}
