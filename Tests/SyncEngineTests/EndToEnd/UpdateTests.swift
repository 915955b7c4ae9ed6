import HTTP
import JSON
import JobQueue
import Postgres
import TestSupport
import Testing

@Suite("A change of a row reaches its issue", .requiresPostgres)
struct UpdateTests {
  /// Catches a worker that writes whole issues: it would undo what people change meanwhile.
  @Test
  func `One column changed: one PUT with the fields made from it, and nothing else is touched`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["Notes": adf("a person's"), "priority": ["name": "Low"]])
      let labels = try world.jira.issue(key).labels
      try await world.run("update public.file_audit set layer_name = 'Services' where id = \(id)")
      try await world.drain()

      #expect(world.jira.writes().map(\.method) == ["PUT"])
      let issue = try world.jira.issue(key)
      #expect(issue.text("Layer") == "Services")
      #expect(issue.text("Notes") == "a person's", "only changed fields are sent")
      #expect(issue["priority"]?["name"] == "Low")
      #expect(issue.labels == labels)
      let changes = try await world.run(
        "select side, field, old_value #>> '{}' as old, new_value #>> '{}' as new from jira_sync.changes where side = 'jira' and field = 'layer_name' order by id"
      )
      #expect(try changes.rows.last?.get("old", as: String?.self) == "Routers")
      #expect(try changes.rows.last?.get("new", as: String?.self) == "Services")
    }
  }

  @Test
  func `The debt goes into summary, description and its own field with one call`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set technical_debt = E'No tests.\\nSince 2019.' where id = \(id)")
      try await world.drain()
      #expect(world.jira.writes().count == 1)
      let issue = try world.jira.issue(key)
      #expect(issue.text("Summary") == "[0001] src/file1.py — No tests.")
      #expect(issue.text("Description") == "No tests.\nSince 2019.")
      #expect(issue.text("Technical debt") == "No tests.\nSince 2019.")
    }
  }

  @Test
  func `A column that nothing is made from causes no job, and a rolled-back change neither`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, _) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set updated_at = now() where id = \(id)")
      try await world.run("update public.file_audit set notes = notes where id = \(id)")
      #expect(try await world.count("jira_sync.jobs") == 0)
      try await world.transaction(
        [
          "update public.file_audit set notes = 'never mind' where id = \(id)",
          SyncWorld.insertion(from: 2),
        ], thenRollsBack: true)
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  /// Catches a queue that runs once for each change.
  @Test
  func `Fifty edits while the queue is paused need one run and one call`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let before = try await world.outcomes(id).count
      try await world.run("select jira_sync.pause('maintenance')")
      for number in 1...50 {
        try await world.run(
          "update public.file_audit set notes = \("edit \(number)") where id = \(id)")
      }
      try await world.run("select jira_sync.resume()")
      try await world.drain()
      #expect(try await world.outcomes(id).count == before + 1)
      #expect(world.jira.writes().count == 1)
      #expect(try world.jira.issue(key).text("Notes") == "edit 50")
    }
  }

  /// Catches a worker that reads the row before it takes the lease, or settles a job that a later change relies on.
  @Test
  func `A change that commits while the row's run is under way is sent by one more run`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let other = try await world.database.connect()
      let once = Once()
      try await world.run("update public.file_audit set notes = 'first' where id = \(id)")
      try await world.drain { setup in
        setup.hooks.before = { request in
          guard request.method == "PUT", once.isFirst() else { return }
          await once.attempt {
            _ = try await other.query(
              "update public.file_audit set notes = 'second' where id = \(id)",
              doing: "editing meanwhile")
          }
        }
      }
      await other.close()
      #expect(once.error == nil)
      #expect(try world.jira.issue(key).text("Notes") == "second")
      #expect(world.jira.writes().count == 2)
      #expect(try await world.row(id)["notes"] == "second")
    }
  }

  @Test
  func `While a worker waits, a change is at JIRA at once: it is woken, not polled`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let worker = try world.startWorker { $0.options.idleHeartbeat = .seconds(600) }
      try await world.wait(until: "exists (select from jira_sync.workers where asleep)")
      try await world.run("update public.file_audit set notes = 'now' where id = \(id)")
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(try world.jira.issue(key).text("Notes") == "now")
      try await worker.stop()
    }
  }

  @Test
  func `A file that is renamed keeps its issue; link and fields follow`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set file_path = 'lib/new.py', file_name = 'new.py' where id = \(id)"
      )
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.issueKey == key)
      #expect(link.label == "lib/new.py")
      #expect(world.jira.writes().map(\.method) == ["PUT"])
      let issue = try world.jira.issue(key)
      #expect(issue.text("File path") == "lib/new.py")
      #expect(issue.text("File name") == "new.py")
      #expect(issue.text("Summary") == "[0001] lib/new.py — debt of file 1")
      #expect(try world.jira.issues().count == 1)
    }
  }
}
