import HTTP
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import SyncConfiguration
@testable import SyncEngine

@Suite("Two programs that do not agree are stopped", .requiresPostgres)
struct BreakerTests {
  /// Catches a loop without end: the row's trigger writes capitals, JIRA's automation small letters and a number.
  @Test
  func
    `A field that goes to and fro is left alone, the rest goes on, and a person starts it again`()
    async throws
  {
    try await withSyncWorld { world in
      var world = world
      world.setup.row.breaker.changes = 5
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        """
        create function public.shout() returns trigger language plpgsql as
        'begin new.notes := upper(new.notes); return new; end'
        """)
      try await world.run(
        """
        create trigger shout before update on public.file_audit
        for each row execute function public.shout()
        """)
      let jira = world.jira
      world.setup.hooks.after = { request in
        guard request.method == "PUT", let issue = try? jira.issue(key),
          let notes = issue.text("Notes"), notes != notes.lowercased()
        else { return }
        // Another text each time: one that was there before counts as not stored.
        try? jira.edit(key, ["Notes": adf(notes.lowercased() + "1")])
      }
      try await world.run("update public.file_audit set notes = 'Hello' where id = \(id)")
      try await drainPolling(world)
      let writes = try await world.count("jira_sync.changes where mapping_field = 'notes'")
      #expect((5...8).contains(writes), "\(writes)")
      #expect(try await world.count("jira_sync.suspended_fields where field = 'notes'") == 1)
      #expect(
        try await world.count("jira_sync.events where kind = 'breaker_tripped' and not resolves")
          == 1)
      #expect(try await world.link(id).error?.contains("changed sides") == true)

      // The rest of the row goes on, and an edit of the field does not start the loop again.
      try await world.run(
        "update public.file_audit set layer_number = 8, notes = 'once more' where id = \(id)")
      try await drainPolling(world)
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 8)
      #expect(try await world.count("jira_sync.changes where mapping_field = 'notes'") == writes)

      // Both programs are put right; a person says so.
      world.setup.hooks = HookedTransport.Hooks()
      try await world.run("drop trigger shout on public.file_audit")
      try await world.run("select jira_sync.resume_field(\(id), 'notes')")
      try await world.poll()
      #expect(try world.jira.issue(key).text("Notes") == (try await world.row(id)["notes"]?.string))
      #expect(
        try await world.count("jira_sync.events where kind = 'breaker_tripped' and resolves") == 1)
      #expect(try await world.link(id).error == nil)
    }
  }

  @Test
  func `After its time a suspended field is tried again by itself, with the next poll`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        """
        insert into jira_sync.suspended_fields (table_name, row_id, field, side_changes, suspended_until)
        values ('file_audit', \(id), 'notes', 21, clock_timestamp() + interval '1 hour')
        """)
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try await world.poll()
      #expect(try await world.row(id)["notes"]?.string == nil)
      try await world.run(
        "update jira_sync.suspended_fields set suspended_until = clock_timestamp()")
      try await world.poll()
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try await world.count("jira_sync.suspended_fields") == 0)
    }
  }

  private func drainPolling(_ world: SyncWorld) async throws {
    for _ in 0..<5 { try await world.poll() }
  }
}
