import JSON
import Postgres
import TestSupport
import Testing

/// JIRA refuses an issue as a whole: said once, and tried again after polls, since nothing of the row lifts it.
@Suite("An issue that JIRA refuses as a whole", .requiresPostgres)
struct RefusedIssueTests {
  enum Obstacle: String, CaseIterable, CustomTestStringConvertible {
    case archived = "an archived issue"
    case forbidden = "no permission to edit"
    case hidden = "an issue that this account may not see"

    var testDescription: String { rawValue }

    func raise(_ jira: JiraSide, _ key: String, _ isThere: Bool = true) throws {
      switch self {
      case .archived:
        try jira.administer("POST", "archive", ["issue": .string(key), "archived": .bool(isThere)])
      case .forbidden:
        try jira.administer("PUT", "people/sandbox@example.com", ["edit": .bool(!isThere)])
      case .hidden:
        try jira.administer("POST", "hide", ["issue": .string(key), "hidden": .bool(isThere)])
      }
    }
  }

  private func edit(_ world: SyncWorld, _ id: Int64) async throws {
    try await world.run(
      """
      update public.file_audit set notes = 'later', layer_name = 'Schemas', layer_number = 4,
        has_technical_debt = false where id = \(id)
      """)
  }

  private func isRefused(_ world: SyncWorld, _ id: Int64) async throws -> Bool {
    try await world.run(
      "select refused_since is not null as refused from jira_sync.links where row_id = \(id)"
    ).one.get("refused")
  }

  /// What is tried again by itself is dead soon.
  private func giveUpEarly(_ world: SyncWorld) async throws {
    try await world.run("alter table jira_sync.jobs alter column max_attempts set default 2")
  }

  /// The clock goes on: a probe is not sent right after the last run.
  private func letTimePass(_ world: SyncWorld) async throws {
    try await world.run(
      "update jira_sync.job_history set finished_at = finished_at - interval '2 hours'")
    try await world.run(
      "update jira_sync.links set refused_since = refused_since - interval '2 hours' where refused_since is not null"
    )
  }

  /// Gives a test a linked row whose edit JIRA has refused as a whole.
  private func withRefusedEdit(
    _ obstacle: Obstacle, _ body: (SyncWorld, Int64, String) async throws -> Void
  ) async throws {
    try await withSyncWorld { world in
      try await giveUpEarly(world)
      let (id, key) = try await world.addLinkedRow()
      try obstacle.raise(world.jira, key)
      try await edit(world, id)
      try await world.drain()
      try await body(world, id, key)
    }
  }

  private func expectAgreement(_ world: SyncWorld, _ id: Int64, _ key: String) async throws {
    let issue = try world.jira.issue(key)
    #expect(issue.text("Notes") == "later" && issue.text("Layer") == "Schemas")
    #expect(issue.status == "Done", "the status was not forgotten with the edit")
    #expect(try await world.row(id)["has_technical_debt"] == false)
    #expect(try await world.link(id).error == nil)
    #expect(try await !isRefused(world, id))
  }

  @Test(arguments: Obstacle.allCases)
  func `It is said once, a poll tries it again, and once it is lifted row and issue agree`(
    obstacle: Obstacle
  ) async throws {
    try await withRefusedEdit(obstacle) { world, id, key in
      let error = try #require(try await world.link(id).error)
      #expect(error.split(separator: "\n").count == 1, "once, and not for each field: \(error)")
      #expect(error.contains(key))
      if obstacle != .hidden { #expect(error.contains("layer_name, layer_number, notes")) }
      #expect(try await isRefused(world, id))

      try await letTimePass(world)
      try await world.poll()
      #expect(try await world.link(id).error != nil, "it lasts")
      try obstacle.raise(world.jira, key, false)
      try await letTimePass(world)
      try await world.poll()
      try await expectAgreement(world, id, key)
    }
  }

  @Test(arguments: Obstacle.allCases)
  func `A sweep tries it again as well`(obstacle: Obstacle) async throws {
    try await withRefusedEdit(obstacle) { world, id, key in
      try obstacle.raise(world.jira, key, false)
      try await world.run("insert into jira_sync.jobs (kind) values ('sweep')")
      try await world.drain()
      try await expectAgreement(world, id, key)
    }
  }

  /// Catches a retry of every refused row at each poll.
  @Test
  func `While it lasts a poll tries one of many, and the first that works brings all`() async throws
  {
    try await withSyncWorld { world in
      let ids = try await world.addRows(5)
      try await world.drain()
      let keys = try world.jira.issues().map(\.key)
      for key in keys { try Obstacle.archived.raise(world.jira, key) }
      for id in ids { try await edit(world, id) }
      try await world.drain()
      for _ in 1...2 {
        try await letTimePass(world)
        let calls = try await world.poll()
        #expect(calls.filter { $0.method == "PUT" }.count == 1, "\(calls)")
      }
      for key in keys { try Obstacle.archived.raise(world.jira, key, false) }
      try await letTimePass(world)
      try await world.poll()
      for (id, key) in zip(ids, keys) { try await expectAgreement(world, id, key) }
    }
  }

  @Test
  func `A project that takes no new issue: the row gets its issue once it does`() async throws {
    try await withSyncWorld { world in
      try Obstacle.forbidden.raise(world.jira, "")
      let id = try await world.addRow()
      try await world.drain()
      #expect(try await world.link(id).error?.contains("project") == true)
      #expect(try await isRefused(world, id))
      try Obstacle.forbidden.raise(world.jira, "", false)
      try await letTimePass(world)
      try await world.poll()
      #expect(try await world.link(id).state == "linked")
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issues().count == 1)
    }
  }

  @Test
  func `A field that JIRA refuses is for a person: no poll tries it again`() async throws {
    try await withSyncWorld { world in
      try world.jira.hideOptions()
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set layer_name = 'Cellar', notes = 'x' where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).error?.contains("layer_name") == true)
      #expect(try await !isRefused(world, id))
      #expect(try world.jira.issue(key).text("Notes") == "x")
      let calls = try await world.poll()
      #expect(calls.allSatisfy { $0.method != "PUT" })
    }
  }
}
