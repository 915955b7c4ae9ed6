import Postgres
import SyncConfiguration
import TestSupport
import Testing

@testable import Notifications

/// A channel that tells each issue for itself.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct IssueChannelTests {
  @Test func `each issue hears of a cause once, and that it has gone`() async throws {
    let channel = RecordingChannel("jira", isByIssue: true)
    var settings = NotificationSettings()
    settings.rules["jira"] = ChannelRule()
    try await OutboxWorld.with([channel], settings: settings) { world in
      let refuse: SQL = """
        insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state, last_error)
        select 'file_audit', n, 'src/file' || n || '.py', n::text, 'X-' || n, 'linked', 'no option "' || n || '"'
        from generate_series(1, 2) as n
        """
      try await world.run(refuse)
      // About no issue: nobody is told here.
      try await world.emit()
      try await world.drain()
      #expect(channel.taken.map(\.issueKey) == ["X-1", "X-2"])
      try await world.run("update jira_sync.links set last_error = 'no option \"again\"'")
      try await world.drain()
      #expect(channel.taken.count == 2)
      try await world.run("update jira_sync.links set last_error = null")
      try await world.drain()
      #expect(
        channel.taken.suffix(2).map { "\($0.issueKey ?? "") \($0.items[0].stage)" } == [
          "X-1 resolved", "X-2 resolved",
        ])
    }
  }
}
