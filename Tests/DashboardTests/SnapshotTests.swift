import Logging
import Postgres
import TestSupport
import Testing

@testable import Dashboard

/// What the page asks the database: right, cheap, and seldom.
@Suite(.requiresPostgres, .timeLimit(.minutes(20)))
struct SnapshotTests {
  private func source(_ database: TestDatabase) throws -> SnapshotSource {
    SnapshotSource(
      try database.configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func taken(_ source: SnapshotSource) async throws -> Snapshot {
    switch await source.snapshot(isDetailed: true) {
    case .taken(let snapshot): return snapshot
    case .failed(let reason): throw WorkerProgram.Failure(description: reason)
    }
  }

  private static let busy = """
    insert into public.file_audit (
      file_number, file_path, file_name, layer_number, layer_name, status, workflows, has_technical_debt
    )
    values ('0042', 'Sources/A.swift', 'A.swift', 1, 'Services', 'SYSTEM', '{}', true);
    delete from jira_sync.jobs;
    insert into jira_sync.jobs (kind, row_id, run_at)
    select 'push', id, now() - interval '10 minutes' from public.file_audit;
    insert into jira_sync.jobs (kind, run_at) values ('sweep', now() + interval '1 hour');
    insert into jira_sync.jobs (kind, row_id, state, attempt, last_error)
    select 'pull', id, 'dead', 20, 'column notes: no' from public.file_audit;
    insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state, last_error)
    select 'file_audit', id, file_path, '1', 'SCRSKY-1001', 'linked', 'column status, JIRA field File status: no' from public.file_audit;
    insert into jira_sync.conflicts (table_name, row_id, field, columns, policy, winner, row_value, issue_value)
    select 'file_audit', id, 'notes', '{notes}', 'manual', 'open', '"ours"', '"theirs"' from public.file_audit;
    insert into jira_sync.changes (table_name, row_id, issue_key, side, field, old_value, new_value)
    select 'file_audit', id, 'SCRSKY-1001', 'jira', 'summary', 'null', '"new"' from public.file_audit;
    insert into jira_sync.polls (project_key, watermark, last_finished_at)
    values ('SCRSKY', (extract(epoch from now()) * 1000)::bigint - 60000, now());
    select jira_sync.emit('job_dead', 'error', 'f', 'Sources/A.swift', 'It was given up.');
    update jira_sync.circuit set state = 'open', cause = 'credentials', reason = 'no', next_probe_at = now();
    select jira_sync.pause('for a test');
    """

  @Test
  func `it sees what there is`() async throws {
    try await withDatabase { database in
      let person = try await database.connect()
      try await person.script(Self.busy, doing: "filling")
      let source = try source(database)
      let snapshot = try await taken(source)
      let total = snapshot.total
      #expect((total.due, total.later, total.running, total.dead) == (1, 1, 0, 1))
      let oldestDue = try #require(total.oldestDue)
      #expect((590...700).contains(snapshot.now - oldestDue))
      #expect(snapshot.pauseReason == "for a test")
      #expect(snapshot.circuit.state == "open")
      #expect(snapshot.budget.rate == 10)
      #expect(snapshot.openConflicts == 1)
      #expect(snapshot.linkCount("linked") == 1)
      #expect(snapshot.linksWithError == 1)
      #expect(Set(snapshot.schedules.map(\.name)) == ["poll", "sweep"])
      let watermark = try #require(snapshot.polls.first?.watermark)
      #expect((50...120).contains(snapshot.now - watermark))
      let details = try #require(snapshot.details)
      #expect(details.linkErrors.first?.row.number == "0042")
      #expect(details.linkErrors.first?.error == "column status, JIRA field File status: no")
      #expect(details.dead.first?.row.label == "Sources/A.swift")
      #expect(details.conflicts.first?.rowValue == "ours")
      #expect(details.changes.first?.old == nil)
      #expect(details.changes.first?.new == "new")
      #expect(details.events.first?.subject == "Sources/A.swift")
      await source.close()
      await person.close()
    }
  }

  @Test
  func `many who look at once cause one question, and none within a second after it`() async throws
  {
    try await withDatabase { database in
      let source = try source(database)
      _ = try await taken(source)
      let times = try await withThrowingTaskGroup(of: Double.self) { group in
        for _ in 0..<50 { group.addTask { try await self.taken(source).now } }
        var times: Set<Double> = []
        for try await time in group { times.insert(time) }
        return times
      }
      // A machine that stands still for a second between two of them makes it two.
      #expect(times.count <= 2)
      let admin = try await database.connectAsSuperuser()
      let sessions: Int = try await admin.query(
        """
        select count(*) as count from pg_stat_activity
        where datname = \(database.name) and pid <> pg_backend_pid()
        """, doing: "counting connections"
      ).one.get("count")
      #expect(sessions == 1)
      await admin.close()
      await source.close()
    }
  }

  @Test
  func `the dashboard cannot write, and gives up where another session has a lock`() async throws {
    try await withDatabase { database in
      let person = try await database.connect()
      let source = try source(database)
      try await person.transaction(doing: "locking") { transaction in
        try await transaction.script("lock table jira_sync.jobs", doing: "locking")
        guard case .failed(let reason) = await source.snapshot(isDetailed: false) else {
          Issue.record("it waited for the lock")
          return
        }
        #expect(reason.contains("lock timeout"))
      }
      await person.close()
      await source.close()
    }
  }
}
