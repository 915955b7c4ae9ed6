import JSON
import Mapping
import Postgres
import TestSupport
import Testing

@testable import SyncConfiguration

@Suite("A mapping that changed", .requiresPostgres)
struct ChangedMappingTests {
  private func mapping(_ yaml: String) throws -> Mapping {
    try ConfigurationFile(yaml: "fields:\n" + yaml, file: "m.yaml", columns: nil).mapping
  }

  /// Links rows while `notes` is not mapped, and has a user write into JIRA's *Notes* meanwhile.
  private func linked(_ world: SyncWorld, _ count: Int) async throws -> [(id: Int64, key: String)] {
    let ids = try await world.addRows(count)
    try await world.run("update public.file_audit set notes = 'the row''s'")
    let without = try mapping("  notes: false\n")
    try await world.drain { $0.mapping = without }
    var pairs: [(id: Int64, key: String)] = []
    for id in ids { pairs.append((id, try #require(try await world.link(id).issueKey))) }
    for pair in pairs { try world.jira.edit(pair.key, ["Notes": adf("JIRA's")]) }
    world.jira.forgetCalls()
    return pairs
  }

  @Test
  func `Nothing happens to linked rows: no job, and no call beside those that look at the site`()
    async throws
  {
    try await withSyncWorld { world in
      _ = try await linked(world, 120)
      let history = try await world.count("jira_sync.job_history")
      try await world.drain { $0.mapping = .standard }
      #expect(try await world.count("jira_sync.jobs") == 0)
      #expect(try await world.count("jira_sync.job_history") == history)
      #expect(world.jira.calls().count <= 8, "\(world.jira.calls())")
      #expect(world.jira.calls().allSatisfy { $0.method == "GET" })
      // From now on a change of the column counts.
      let watched = try await world.run("select watched_columns as w from jira_sync.tables").one
      #expect(try watched.get("w", as: [String].self).contains("notes"))
    }
  }

  /// The broken variant takes a field that was never in sync for one whose base is empty, and lets whoever wrote last win unseen.
  @Test(arguments: [
    ("row_wins", "the row's", "the row's", "row"), ("jira_wins", "JIRA's", "JIRA's", "jira"),
    ("manual", "the row's", "JIRA's", "open"),
  ])
  func
    `At a row's next edit the field meets for the first time: its policy decides, and both values are kept`(
      policy: String, row: String, jira: String, winner: String
    ) async throws
  {
    try await withSyncWorld { world in
      let pair = try await linked(world, 1)[0]
      let mapping = try mapping("  notes: {conflict: \(policy)}\n")
      try await world.run("update public.file_audit set layer_name = 'Services'")
      try await world.drain { $0.mapping = mapping }
      // A push may write JIRA only; what is to go to the row follows.
      try await world.enqueue("sync", pair.id)
      try await world.drain { $0.mapping = mapping }
      #expect(try world.jira.issue(pair.key).text("Layer") == "Services")
      #expect(try world.jira.issue(pair.key).text("Notes") == jira)
      #expect(try await world.row(pair.id)["notes"]?.string == row)
      let conflict = try await world.run(
        "select row_value #>> '{}' as r, issue_value #>> '{}' as i, winner from jira_sync.conflicts where field = 'notes' order by id limit 1"
      ).one
      #expect(try conflict.get("r", as: String?.self) == "the row's")
      #expect(try conflict.get("i", as: String?.self) == "JIRA's")
      #expect(try conflict.get("winner", as: String.self) == winner)
    }
  }

  @Test
  func `A field that is pointed at another field of JIRA does not carry the old one's past over`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try await world.run("update public.file_audit set notes = 'kept' where id = \(id)")
      try await world.drain()
      let key = try #require(try await world.link(id).issueKey)
      try world.jira.administer("POST", "fields", ["name": "Remarks", "type": "textarea"])
      let mapping = try mapping("  notes: {field: Remarks, conflict: jira_wins}\n")
      // The new field is empty: taken for a change, that would empty the column.
      try await world.run("update public.file_audit set layer_name = 'Services' where id = \(id)")
      try await world.drain { $0.mapping = mapping }
      try await world.enqueue("sync", id)
      try await world.drain { $0.mapping = mapping }
      #expect(try await world.row(id)["notes"] == "kept")
      #expect(try world.jira.issue(key).text("Remarks") == "kept")
      #expect(try world.jira.issue(key).text("Notes") == "kept", "the old field is left alone")
    }
  }

  @Test
  func `A field that takes its value from another column does not overwrite JIRA's unseen`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try await world.run("update public.file_audit set notes = 'old' where id = \(id)")
      try await world.drain()
      let key = try #require(try await world.link(id).issueKey)
      try await world.run("alter table public.file_audit add column remarks text")
      try await world.run("update public.file_audit set remarks = 'new column' where id = \(id)")
      let mapping = try mapping("  notes: {column: remarks, conflict: jira_wins}\n")
      try await world.enqueue("sync", id)
      try await world.drain { $0.mapping = mapping }
      #expect(try world.jira.issue(key).text("Notes") == "old")
      #expect(try await world.row(id)["remarks"] == "old")
      #expect(try await world.count("jira_sync.conflicts where field = 'notes'") == 1)
    }
  }
}
