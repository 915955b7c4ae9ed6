import JobQueue

/// Puts together what `/metrics` says: of this process, and of the queue that all workers share.
///
/// What belongs to the queue is the same whichever worker is asked: in a fleet, take the maximum, not the sum.
struct Exposition: Sendable {
  /// What the process knows of itself.
  let process: ProcessMetrics
  /// How its worker is doing.
  let vitals: WorkerVitals.Reading
  /// Whether it is ready.
  let readiness: Readiness
  /// The program's version.
  let version: String
  /// What the database says.
  let queue: SnapshotSource.Outcome

  /// The text in OpenMetrics.
  var text: String {
    var writer = OpenMetricsWriter()
    writeProcess(&writer)
    writeWork(&writer)
    writeCalls(&writer)
    switch queue {
    case .taken(let snapshot):
      writer.family(
        "jira_sync_database_up", .gauge, help: "Whether the database answered this scrape.")
      writer.sample("jira_sync_database_up", 1)
      QueueExposition(snapshot).write(&writer)
    case .failed:
      writer.family(
        "jira_sync_database_up", .gauge,
        help: "Whether the database answered this scrape; what it knows is left out where not.")
      writer.sample("jira_sync_database_up", 0)
    }
    return writer.finished
  }

  private func writeProcess(_ writer: inout OpenMetricsWriter) {
    writer.family("jira_sync_build", .info, help: "The program.")
    writer.sample("jira_sync_build_info", [("version", version)], 1)
    writer.family(
      "jira_sync_worker_ready", .gauge, help: "What /readyz says: 1 where this worker is ready.")
    writer.sample("jira_sync_worker_ready", readiness.isReady ? 1 : 0)
    writer.family(
      "jira_sync_worker_uptime_seconds", .gauge, unit: "seconds",
      help: "How long this worker has been running.")
    writer.sample("jira_sync_worker_uptime_seconds", process.uptime / .seconds(1))
    let facts = ProcessFacts.current()
    writer.family(
      "process_start_time_seconds", .gauge, unit: "seconds",
      help: "When the process began, in seconds since 1970.")
    writer.sample("process_start_time_seconds", process.startedAt)
    writer.family(
      "process_cpu_seconds", .counter, unit: "seconds", help: "Processor time, of user and kernel.")
    writer.sample("process_cpu_seconds_total", facts.processorSeconds)
    if let bytes = facts.residentBytes {
      writer.family(
        "process_resident_memory_bytes", .gauge, unit: "bytes", help: "Resident memory.")
      writer.sample("process_resident_memory_bytes", bytes)
    }
    if let bytes = facts.virtualBytes {
      writer.family("process_virtual_memory_bytes", .gauge, unit: "bytes", help: "Virtual memory.")
      writer.sample("process_virtual_memory_bytes", bytes)
    }
    if let count = facts.openDescriptors {
      writer.family("process_open_fds", .gauge, help: "Open file descriptors.")
      writer.sample("process_open_fds", count)
    }
  }

  private func writeWork(_ writer: inout OpenMetricsWriter) {
    let counts = process.counts
    writer.family(
      "jira_sync_jobs_ended", .counter,
      help: "Runs of jobs that ended in this worker, by kind and by outcome as in job_history.")
    for (ending, count) in counts.jobsEnded.sorted(by: {
      ($0.key.kind, $0.key.outcome) < ($1.key.kind, $1.key.outcome)
    }) {
      writer.sample(
        "jira_sync_jobs_ended_total", [("kind", ending.kind), ("outcome", ending.outcome)], count)
    }
    writer.family(
      "jira_sync_job_run_duration_seconds", .histogram, unit: "seconds",
      help: "From the claim to the settlement; jobs that are worked on together share their run.")
    for (kind, histogram) in counts.runDurations.sorted(by: { $0.key < $1.key }) {
      writer.samples("jira_sync_job_run_duration_seconds", [("kind", kind)], histogram)
    }
    writer.family(
      "jira_sync_leases_lost", .counter,
      help: "Leases that were gone when this worker wanted to write under them; nothing was.")
    writer.sample("jira_sync_leases_lost_total", vitals.leasesLost)
    writer.family(
      "jira_sync_jobs_rescued", .counter,
      help: "Jobs of lost workers that this worker gave back to the queue.")
    writer.sample("jira_sync_jobs_rescued_total", vitals.rescued)
  }

  private func writeCalls(_ writer: inout OpenMetricsWriter) {
    let counts = process.counts
    writer.family(
      "jira_sync_jira_calls", .counter,
      help: "Calls to JIRA, by verb and path template, and by status or kind of failure.")
    for (call, count) in counts.calls.sorted(by: {
      ($0.key.endpoint, $0.key.result) < ($1.key.endpoint, $1.key.result)
    }) {
      writer.sample(
        "jira_sync_jira_calls_total", [("endpoint", call.endpoint), ("status", call.result)], count)
    }
    writer.family(
      "jira_sync_jira_call_duration_seconds", .histogram, unit: "seconds",
      help: "From sending a call to its answer, without the wait before.")
    for (endpoint, histogram) in counts.callDurations.sorted(by: { $0.key < $1.key }) {
      writer.samples("jira_sync_jira_call_duration_seconds", [("endpoint", endpoint)], histogram)
    }
    writer.family(
      "jira_sync_jira_call_wait_seconds", .histogram, unit: "seconds",
      help: "How long calls waited for their turn under the limits that all workers share.")
    writer.samples("jira_sync_jira_call_wait_seconds", [], counts.waits)
  }
}
