import JSON
import Postgres
import SyncEngine
import TestSupport
import Testing

@testable import Mapping

@Suite("A site that does not fit", .requiresPostgres)
struct ConfigurationTests {
  private func refusal(
    _ world: SyncWorld, _ change: (inout WorkerSetup) -> Void
  ) async throws -> SiteError? {
    do {
      try await world.drain(change)
      return nil
    } catch let error as SiteError {
      return error
    }
  }

  /// Catches a worker that edits the issues of the same ids on another site.
  @Test
  func `Another site with a linked database: nothing is sent to it, and both are named`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let other = try await JiraSide.start()
      try await world.run("update public.file_audit set notes = 'x' where id = \(id)")
      let error = try await refusal(world) { $0.baseURL = other.baseURL }
      #expect(other.calls() == [], "not even the credentials are shown to it")
      try await other.stop()
      guard case .otherSite(world.jira.baseURL, "SCRSKY", other.baseURL, "SCRSKY") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      try await world.drain()
      #expect(
        try world.jira.issue(key).text("Notes") == "x", "the job was left for the right worker")
    }
  }

  /// Catches workers that all end because an administrator gave the project another key.
  @Test
  func `A project that JIRA finds under its old key after it got a new one is still the same`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      var project = try world.jira.ask("GET", "/project/SCRSKY")
      project["key"] = "NEW"
      try world.jira.fail("GET", "/project/SCRSKY", ["status": 200, "body": project], times: nil)
      for notes in ["once", "again"] {
        try await world.run("update public.file_audit set notes = \(notes) where id = \(id)")
        try await world.drain()
        #expect(try world.jira.issue(key).text("Notes") == notes)
      }
    }
  }

  /// Catches a project that is refused as another one because it was renamed.
  @Test(arguments: [true, false])
  func `A project with another key: JIRA_PROJECT may name the old or the new one`(isNoted: Bool)
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      if !isNoted {
        try await world.run("update jira_sync.site set mapping = mapping - 'project'")
      }
      try world.jira.administer("POST", "project", ["key": "NEW"])
      for (project, notes) in [("NEW", "new"), ("SCRSKY", "old"), ("NEW", "new again")] {
        try await world.run("update public.file_audit set notes = \(notes) where id = \(id)")
        try await world.drain { $0.project = project }
        #expect(try world.jira.issue(key).text("Notes") == notes)
      }
      let second = try await world.addRow(2)
      try await world.drain { $0.project = "NEW" }
      #expect(try await world.link(second).issueKey?.hasPrefix("NEW-") == true)
      try world.jira.edit(key, ["Audited by": "Ada"])
      try await world.poll { $0.project = "NEW" }
      #expect(try await world.row(id)["audited_by"] == "Ada")
      let error = try await refusal(world) { $0.project = "NOPE" }
      #expect("\(try #require(error))".contains("NOPE"))
    }
  }

  @Test(arguments: ["OTHER", "SCRSKY2"])
  func `Another project of the same site is refused, whatever its key is called`(project: String)
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      var other = try world.jira.ask("GET", "/project/SCRSKY")
      other["id"] = "10077"
      other["key"] = .string(project)
      try world.jira.fail("GET", "/project/\(project)", ["status": 200, "body": other], times: nil)
      try world.jira.fail(
        "GET", "/project/10077/statuses", ["status": 200, "body": []], times: nil)
      try world.jira.fail(
        "GET", "/issue/createmeta/\(project)", ["status": 200, "body": ["fields": []]], times: nil)
      try await world.run("update public.file_audit set notes = 'x' where id = \(id)")
      let error = try await refusal(world) { $0.project = project }
      guard case .otherSite(_, "SCRSKY", _, project) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try world.jira.issue(key).text("Notes") == nil)
      #expect(world.jira.writes() == [])
    }
  }

  /// Catches a worker that calls the address of a page for ever.
  @Test
  func
    `An address below a JIRA: refused with the base; one where there is no JIRA at all is waited for`()
    async throws
  {
    try await withSyncWorld { world in
      for path in ["/tracker", "/a/b/c"] {
        let error = try await refusal(world) { $0.baseURL = world.jira.baseURL + path }
        guard case .wrongAddress(_, base: world.jira.baseURL) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect("\(try #require(error))".contains("Set JIRA_BASE_URL to that"))
      }
    }
  }

  @Test
  func `A database that nothing is linked in may move to another site`() async throws {
    try await withSyncWorld { world in
      let other = try await JiraSide.start()
      try await world.drain { $0.baseURL = other.baseURL }
      let id = try await world.addRow()
      try await world.drain()
      #expect(try await world.link(id).state == "linked")
      try await other.stop()
    }
  }

  @Test
  func `A project that is not there, and an issue type that the project has not`() async throws {
    try await withSyncWorld { world in
      try await world.addRows()
      let project = try await refusal(world) { $0.project = "NOPE" }
      #expect("\(try #require(project))".contains("NOPE"))
      let type = try await refusal(world) { $0.mapping.issueType = "Epic" }
      let text = "\(try #require(type))"
      #expect(text.contains("Epic"))
      #expect(text.contains("Task, Bug, Story"), "it names what there is")
      #expect(try world.jira.issues().isEmpty)
      #expect(try await world.count("jira_sync.jobs") == 1)
      #expect(try await world.count("jira_sync.job_history") == 0)
    }
  }

  @Test
  func `A required field that the site has not is an error; an optional one is left out`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      let seen = try world.jira.ask("GET", "/field").array ?? []
      let without = seen.filter { $0["name"] != "Notes" }
      try world.jira.fail("GET", "/field", ["status": 200, "body": .array(without)], times: 2)
      let error = try await refusal(world) { setup in
        for index in setup.mapping.fields.indices where setup.mapping.fields[index].name == "notes"
        {
          setup.mapping.fields[index].required = true
        }
      }
      #expect("\(try #require(error))".contains("Notes"))
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(try world.jira.issue(link.issueKey ?? "").text("Layer") == "Routers")
    }
  }

  @Test
  func `Two fields of one name: an error that names both, and the choice is the person's`()
    async throws
  {
    try await withSyncWorld { world in
      try await world.addRows()
      var fields = try world.jira.ask("GET", "/field").array ?? []
      var double = try #require(fields.first { $0["name"] == "Layer" })
      double["id"] = "customfield_10099"
      double["key"] = "customfield_10099"
      fields.append(double)
      try world.jira.fail("GET", "/field", ["status": 200, "body": .array(fields)])
      let error = try await refusal(world) { _ in }
      let text = "\(try #require(error))"
      #expect(text.contains("customfield_10014"))
      #expect(text.contains("customfield_10099"))
      #expect(try world.jira.issues().isEmpty)
    }
  }
}
