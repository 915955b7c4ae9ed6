import Logging
import Postgres
import SyncConfiguration
import TestSupport
import Testing

@testable import JiraSyncCLI

/// Where a job that is waited for stands, whatever became of it.
@Suite("Following jobs", .requiresPostgres)
struct JobFollowerTests {
  /// Catches a wait that never ends, since a job's own last word was "retry".
  @Test
  func `A job that failed once and was merged into an older one ends with that`() async throws {
    try await CommandWorld.with(rows: 1) { world in
      try await world.execute(
        """
        insert into jira_sync.job_history (id, kind, attempt, outcome, error, enqueued_at, started_at, merged)
        values (20, 'push', 1, 'retry', '503', now(), now(), '{}'),
          (10, 'push', 1, 'done', null, now(), now(), '{20}')
        """)
      let session = QueueSession(
        settings: try .load(environment: world.environment, envFile: nil, flags: SettingsFlags()),
        connection: world.connection, logger: Logger(label: "test"))
      var follower = JobFollower(session: session, jobs: [20])
      try await follower.look()
      #expect(follower.state.ended[20] == JobFollower.Ending(outcome: "done", error: nil))
      #expect(follower.state.open.isEmpty)
    }
  }
}
