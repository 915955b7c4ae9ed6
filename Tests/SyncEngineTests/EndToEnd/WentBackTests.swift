import JSON
import Jira
import JobQueue
import Postgres
import TestSupport
import Testing

/// Commits that were lost: links are gone, and their rows, jobs and issues are there.
///
/// `scripts/chaos promotion` does it with a real standby.
@Suite("A database that went back", .requiresPostgres)
struct WentBackTests {
  /// Rows with issues, of which the database has forgotten the last ones.
  private func forget(_ world: SyncWorld, _ ids: [Int64], isOther: Bool) async throws {
    try await world.run(
      "delete from jira_sync.links where row_id = any(\(ids.map(String.init))::text[])")
    try await world.run(
      "update public.file_audit set jira_tickets = '{}' where id = any(\(ids)::bigint[])")
    if isOther {
      try await world.run(
        "update jira_sync.site set server = jsonb_set(server, '{identity,timeline}', '\"0000FFFF\"')"
      )
    }
    for id in ids { try await world.enqueue("push", id) }
  }

  /// Broken variant: a worker that makes them again.
  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func `forgotten issues are linked again, and people are told`(
    isDataCenter: Bool, isOther: Bool
  ) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      _ = try await world.addLinkedRow(9)
      let ids = try await world.addRows(3)
      try await world.drain()
      let keys = try await ids.asyncMap { try await world.link($0).issueKey }
      try await forget(world, ids, isOther: isOther)
      let new = try await world.addRow(7)
      world.jira.forgetCalls()
      try await world.drain()
      #expect(try world.jira.issues().count == 5)
      for (id, key) in zip(ids, keys) {
        let link = try await world.link(id)
        #expect(link.state == "linked" && link.issueKey == key)
        #expect(link.marker != nil)
        #expect(try await world.row(id)["jira_tickets"] == [.string(key ?? "")])
      }
      #expect(try await world.link(new).state == "linked")
      #expect(world.jira.creations().count == 1)
      let told = try await world.run(
        "select message from jira_sync.events where fingerprint = 'forgotten_issues'")
      #expect(told.rows.count == 1)
      let message = try told.one.get("message", as: String.self)
      for key in keys { #expect(message.contains(key ?? "?")) }
      #expect(message.contains("lost commits") == isOther)
    }
  }

  @Test(arguments: ["label", "row", "issue"])
  func `an issue that is not surely a row's is listed, and nothing is linked with it`(
    difference: String
  ) async throws {
    try await withSyncWorld { world in
      _ = try await world.addLinkedRow(9)
      let (id, key) = try await world.addLinkedRow(1)
      try await forget(world, [id], isOther: true)
      switch difference {
      case "label":
        try await world.run(
          "update public.file_audit set file_path = 'src/other.py' where id = \(id)")
      case "row":
        try await world.run("delete from public.file_audit where id = \(id)")
        try await world.addRows(1, from: 5)
      default:
        // The row has another issue by now.
        let other = try world.jira.ask(
          "POST", "/issue",
          ["fields": ["project": ["key": "SCRSKY"], "issuetype": ["id": "10001"], "summary": "x"]])
        try await world.run(
          """
          insert into jira_sync.links (row_id, label, state, issue_id, issue_key)
          values (\(id)::text, 'src/file1.py', 'linked', \(other["id"]?.string), \(other["key"]?.string))
          """)
        try await world.addRows(1, from: 5)
      }
      try await world.drain()
      let holders = try await world.count("jira_sync.links where issue_key = \(key)")
      #expect(holders == 0)
      let message = try await world.run(
        "select message from jira_sync.events where fingerprint = 'forgotten_issues'"
      ).one.get("message", as: String.self)
      #expect(message.contains(key))
    }
  }

  @Test func `a server that changes between the check and the intent is checked again`()
    async throws
  {
    try await withSyncWorld { world in
      _ = try await world.addLinkedRow(9)
      let worker = try world.startWorker()
      let first = try await world.addRow(1)
      try await world.wait(
        until:
          "exists (select from jira_sync.links where row_id = \(first)::text and state = 'linked')")
      let key = try #require(try await world.link(first).issueKey)
      // The worker has passed its check, and goes on.
      try await world.run("update jira_sync.site set server = jsonb_set(server, '{checked}', '[]')")
      try await forget(world, [first], isOther: false)
      try await world.wait(
        until:
          "exists (select from jira_sync.links where row_id = \(first)::text and state = 'linked')")
      try await worker.stop()
      #expect(try await world.link(first).issueKey == key)
      #expect(try world.jira.issues().count == 2)
    }
  }
}

extension Array {
  fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
    var result: [T] = []
    for element in self { result.append(try await body(element)) }
    return result
  }
}
