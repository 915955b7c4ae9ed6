import Foundation
import HTTP
import JSON
import Jira
import SyncConfiguration
import Testing

@testable import JiraSandbox

/// Every call that the client can make, made once to a sandbox of each kind, with answers that are looked at.
///
/// `scripts/contract` has the exchange recorded (`JIRA_SYNC_TEST_RECORD` names the file) and holds it against Atlassian's description of the API.
@Suite("Every call of the client")
struct ClientTrafficTests {
  private func withClient(
    isDataCenter: Bool, _ body: (JiraClient, Sandbox) async throws -> Void
  ) async throws {
    var options = SandboxOptions()
    options.deployment = isDataCenter ? .server : .cloud
    options.people[0].isAdministrator = true
    if !isDataCenter {
      options.recordFile = ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_RECORD"]
    }
    let server = try await SandboxServer.start(options)
    let transport = CurlClient()
    let outcome: Result<Void, any Error>
    do {
      let credentials: JiraCredentials =
        isDataCenter ? .bearer("sandbox") : .basic(email: "sandbox@example.com", token: "sandbox")
      let client = JiraClient(
        configuration: try JiraConfiguration(baseURL: server.baseURL, credentials: credentials),
        transport: transport)
      outcome = .success(
        try await body(try await client.detectingDialect(), server.sandbox))
    } catch { outcome = .failure(error) }
    await transport.shutdown()
    try await server.stop()
    try outcome.get()
  }

  private func draft(_ summary: String, _ more: [String: JSON] = [:]) -> IssueDraft {
    var fields: [String: JSON] = [
      "project": ["key": "SCRSKY"], "issuetype": ["name": "Task"], "summary": .string(summary),
      "labels": ["jira-sync-x"],
    ]
    fields.merge(more) { $1 }
    return IssueDraft(fields: fields, properties: ["jira-sync": ["marker": "x"]])
  }

  @Test(arguments: [false, true])
  func `the site, its fields, statuses and rights`(isDataCenter: Bool) async throws {
    try await withClient(isDataCenter: isDataCenter) { client, _ in
      #expect(client.dialect == (isDataCenter ? .dataCenter : .cloud))
      _ = try await client.serverInfo()
      #expect(try await client.myself().displayName == "Sandbox User")
      let project = try await client.project("SCRSKY")
      let type = try #require(project.issueTypes.first)
      #expect(try await client.fields().count > 20)
      #expect(try await client.statuses().count == 5)
      #expect(try await client.statuses(project: "SCRSKY").count == 5)
      #expect(
        try await client.myPermissions(["ADMINISTER", "NOPE"], project: "SCRSKY")
          == ["ADMINISTER": true, "NOPE": false])
      let fields = try #require(
        try await client.createMetadata(project: "SCRSKY", issueTypeID: type.id))
      #expect(fields.contains { $0.fieldID == "summary" && $0.isRequired })
      await #expect(throws: JiraError.self) { try await client.project("NOPE") }
    }
  }

  @Test(arguments: [false, true])
  func `issues: made one by one and in bulk, read, edited, moved, talked about and deleted`(
    isDataCenter: Bool
  ) async throws {
    try await withClient(isDataCenter: isDataCenter) { client, sandbox in
      guard case .created(let id, let key) = try await client.createIssue(draft("one")) else {
        Testing.Issue.record("not created")
        return
      }
      guard case .refused = try await client.createIssue(draft("")) else {
        Testing.Issue.record("an issue without a summary was not refused")
        return
      }
      let many = try await client.createIssues([draft("two"), draft(""), draft("three")])
      guard case .created(let second, _) = many[0], case .refused = many[1],
        case .created = many[2]
      else {
        Testing.Issue.record("\(many)")
        return
      }
      #expect(try await client.issue(key, fields: ["summary"], properties: ["jira-sync"])?.id == id)
      #expect(try await client.issue("SCRSKY-9", fields: ["summary"]) == nil)
      let batch = try await client.issues(
        ids: [id, second, "99999"], fields: ["summary", "labels"], properties: ["jira-sync"])
      #expect(batch.found.count == 2 && batch.missing == ["99999"])
      let edited = try await client.edit(
        id, fields: ["customfield_10013": 4, "customfield_10014": ["value": "Routers"]],
        update: ["labels": [["add": "more"]]], properties: ["jira-sync": ["token": 1]],
        returnFields: ["labels"])
      #expect(isDataCenter == (edited == nil))
      await #expect(throws: JiraError.self) {
        try await client.edit(id, fields: ["customfield_10014": ["value": "Nope"]])
      }
      #expect(try await client.editMetadata(of: id)?.contains { $0.fieldID == "labels" } == true)
      try await client.setProperty("other", to: ["a": 1], of: id)
      #expect(try await client.property("other", of: id) == ["a": 1])
      #expect(try await client.property("none", of: id) == nil)
      let comment = try await client.addComment(
        "Hello *you*\n\nagain", to: id, properties: ["jira-sync": ["event": 1]])
      #expect(try await client.comments(of: id).map(\.id) == [comment.id])
      for name in ["Start work", "Ask for review", "Approve"] {
        let offered = try await client.transitions(of: id)
        let step = try #require(offered.first { $0.name == name })
        try await client.transition(
          id, to: step.id,
          fields: name == "Approve" ? ["resolution": ["name": "Fixed"]] : [:])
      }
      await #expect(throws: JiraError.self) { try await client.transition(id, to: "999") }
      #expect(try await client.changes(of: id).count >= 3)
      #expect(try await client.resolver(of: id)?.displayName == "Sandbox User")
      let found = try await client.search(
        jql: .project("SCRSKY").ordered(by: [(.updated, true)]), fields: ["summary"],
        properties: ["jira-sync"], maxResults: 2, reconcileIssues: [id]
      ).all()
      #expect(found.count == 3)
      #expect(try await client.search(jql: .project("SCRSKY"), fields: []).all().count == 3)
      #expect(try await client.deleteIssue(second))
      #expect(try await client.deleteIssue(second) == false)
    }
  }

  @Test
  func `what administrators do to fields`() async throws {
    try await withClient(isDataCenter: false) { client, _ in
      let kinds = "com.atlassian.jira.plugin.system.customfieldtypes:"
      let field = try await client.createField(
        name: "Severity", type: kinds + "select", searcher: kinds + "multiselectsearcher",
        description: "How bad it is.")
      let context = try #require(try await client.fieldContext(of: field.id))
      let ids = try await client.addOptions(["High", "Low"], to: field.id, context: context)
      #expect(Set(ids.keys) == ["High", "Low"])
      let project = try await client.project("SCRSKY")
      let type = try #require(project.issueTypes.first)
      let screens = try await client.screens(projectID: project.id, issueTypeID: type.id)
      #expect(screens.count == 2)
      for screen in screens { try await client.add(field: field.id, toScreen: screen) }
      guard
        case .created = try await client.createIssue(
          draft("with severity", [field.id: ["value": "High"]]))
      else {
        Testing.Issue.record("not created")
        return
      }
    }
  }
}
