/// The kinds of events, as the comment of `jira_sync.events.kind` lists them.
public enum EventKind: String, Sendable, Hashable, CaseIterable {
  case jobDead = "job_dead"
  case rowRefused = "row_refused"
  case conflict
  case circuitOpened = "circuit_opened"
  case circuitClosed = "circuit_closed"
  case pollerBehind = "poller_behind"
  case scheduleMissed = "schedule_missed"
  case workerLost = "worker_lost"
  case breakerTripped = "breaker_tripped"
  case backfillFinished = "backfill_finished"
  case dailySummary = "daily_summary"
  case channelFailing = "channel_failing"
  case test
}
