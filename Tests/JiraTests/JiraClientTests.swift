import Foundation
import HTTP
import JSON
import Jira
import Testing

/// Calls say what JIRA's API wants to hear, and answers are read in all the shapes they come in.
@Suite struct JiraClientTests {
  @Test func `each call names its sender`() async throws {
    let (client, transport) = try makeClient([.json(#"{"accountId":"a","timeZone":"Asia/Tokyo"}"#)])
    let user = try await client.myself()
    #expect(user.id == "a")
    #expect(user.timeZone == "Asia/Tokyo")
    let request = try #require(transport.requests.first)
    #expect(request.target == "/rest/api/3/myself")
    #expect(request.header("Authorization")?.hasPrefix("Basic ") == true)
    #expect(request.header("User-Agent") == "jira-sync")
    #expect(request.header("Accept") == "application/json")
  }

  @Test(arguments: [("Cloud", "3"), ("Server", "2"), ("DataCenter", "2")])
  func `the site says how it wants to be spoken to`(type: String, version: String) async throws {
    let transport = ScriptedTransport([
      .json("{\"version\":\"9\",\"deploymentType\":\"\(type)\"}"), .json(#"{"name":"a"}"#),
    ])
    let configuration = try JiraConfiguration(baseURL: testSite, credentials: .anonymous)
    let client = JiraClient(configuration: configuration, transport: transport)
    _ = try await client.detectingDialect().myself()
    #expect(
      transport.requests.map(\.target) == [
        "/rest/api/2/serverInfo", "/rest/api/\(version)/myself",
      ])
  }

  /// Caught: a worker that never starts, since a gateway does not pass the older path on.
  @Test(arguments: [404, 410]) func `where the older path is unknown the newer one is asked`(
    status: Int
  ) async throws {
    let transport = ScriptedTransport([
      .json(status, "{}"), .json(#"{"deploymentType":"Cloud"}"#), .json(#"{"name":"a"}"#),
    ])
    let configuration = try JiraConfiguration(baseURL: testSite, credentials: .anonymous)
    let client = JiraClient(configuration: configuration, transport: transport)
    _ = try await client.detectingDialect().myself()
    #expect(
      transport.requests.map(\.target) == [
        "/rest/api/2/serverInfo", "/rest/api/3/serverInfo", "/rest/api/3/myself",
      ])
  }

  /// Caught: "no field is on the create screen", by which issues were made without a summary, or a worker did not start.
  @Test(arguments: [(200, #"{"fields":[],"total":0}"#), (403, "{}"), (404, "{}"), (400, "{}")])
  func `a site that does not tell its screens has none`(status: Int, body: String) async throws {
    let (client, _) = try makeClient([.json(status, body)])
    #expect(try await client.createMetadata(project: "S", issueTypeID: "1") == nil)
  }

  @Test func `before call hears of each call once`() async throws {
    let calls = CallLog()
    let (client, _) = try makeClient([.json("[]"), .empty()]) { calls.append($0) }
    _ = try await client.checking { calls.append($0) }.fields()
    _ = try await client.edit("S-1", fields: ["summary": "x"])
    #expect(
      calls.all == [
        JiraCall(method: "GET", endpoint: "GET /field", isWrite: false),
        JiraCall(method: "GET", endpoint: "GET /field", isWrite: false),
        JiraCall(method: "PUT", endpoint: "PUT /issue/{id}", isWrite: true, issue: "S-1"),
      ])
  }

  @Test func `fields are read`() async throws {
    let (client, _) = try makeClient([
      .json(
        """
        [{"id":"issuekey","name":"Key","custom":false},
        {"id":"customfield_10010","key":"customfield_10010","name":"Layer","custom":true,
        "clauseNames":["cf[10010]","Layer"],"scope":{"type":"PROJECT","project":{"id":"10000"}},
        "schema":{"type":"option","custom":"com.atlassian.jira.plugin.system.customfieldtypes:select","customId":10010}}]
        """)
    ])
    let fields = try await client.fields()
    #expect(fields.map(\.id) == ["issuekey", "customfield_10010"])
    #expect(fields[1].scopeProjectID == "10000")
    #expect(FieldType.of(fields[1]) == .select)
    #expect(fields[1].clauseNames == ["cf[10010]", "Layer"])
  }

  @Test(arguments: ["fields", "values", "results"])
  func `create metadata comes in pages under three names`(name: String) async throws {
    func page(_ ids: [String]) -> ScriptedTransport.Step {
      let fields = ids.map { "{\"fieldId\":\"\($0)\",\"name\":\"\($0)\",\"required\":true}" }
      return .json("{\"total\":3,\"\(name)\":[\(fields.joined(separator: ","))]}")
    }
    let (client, transport) = try makeClient([page(["a", "b"]), page(["c"])])
    let fields = try #require(try await client.createMetadata(project: "S", issueTypeID: "1"))
    #expect(fields.map(\.fieldID) == ["a", "b", "c"])
    #expect(fields.allSatisfy { $0.isRequired && !$0.hasDefaultValue })
    #expect(transport.requests[1].target.contains("startAt=2&maxResults=200"))
  }

  @Test func `old data centers tell everything at once`() async throws {
    let (client, transport) = try makeClient(
      [
        .json(404, "{}"),
        .json(
          #"{"projects":[{"key":"S","issuetypes":[{"id":"1","fields":{"summary":{"required":true,"name":"Summary"}}}]}]}"#
        ),
      ], dialect: .dataCenter)
    let fields = try #require(try await client.createMetadata(project: "S", issueTypeID: "1"))
    #expect(fields.map(\.fieldID) == ["summary"])
    #expect(fields.first?.isRequired == true)
    #expect(
      transport.requests[1].target
        == "/rest/api/2/issue/createmeta?projectKeys=S&issuetypeIds=1&expand=projects.issuetypes.fields"
    )
    let (silent, _) = try makeClient([.json(404, "{}"), .json(404, "{}")], dialect: .dataCenter)
    #expect(try await silent.createMetadata(project: "S", issueTypeID: "1") == nil)
  }

  @Test(arguments: [JiraDialect.cloud, .dataCenter])
  func `people are looked for as the site wants`(dialect: JiraDialect) async throws {
    let isCloud = dialect == .cloud
    let person = isCloud ? #"{"accountId":"a1"}"# : #"{"name":"a1"}"#
    let (client, transport) = try makeClient(
      [.json("[\(person)]"), .json(person), .json(404, "{}")], dialect: dialect)
    #expect(try await client.users(matching: "ada l").map(\.id) == ["a1"])
    #expect(try await client.user("a1")?.id == "a1")
    #expect(try await client.user("nobody") == nil)
    let api = isCloud ? "/rest/api/3" : "/rest/api/2"
    #expect(
      transport.requests[0].target
        == "\(api)/user/search?\(isCloud ? "query" : "username")=ada%20l&maxResults=50")
    #expect(
      transport.requests[1].target == "\(api)/user?\(isCloud ? "accountId" : "username")=a1")
  }

  @Test func `a server that repeats a page does not hold us for ever`() async throws {
    let page = ScriptedTransport.Step.json(#"{"total":9,"fields":[{"fieldId":"a"}]}"#)
    let (client, transport) = try makeClient([page, page])
    #expect(try await client.createMetadata(project: "S", issueTypeID: "1")?.count == 1)
    #expect(transport.requests.count == 2)
  }

  @Test func `what is in a path cannot leave it`() async throws {
    let (client, transport) = try makeClient([.json(404, "{}")])
    #expect(try await client.issue("../x?y#z/ä", fields: ["status"]) == nil)
    #expect(
      transport.requests.first?.target
        == "/rest/api/3/issue/..%2Fx%3Fy%23z%2F%C3%A4?fields=status")
    for id in ["", ".", ".."] {
      let error = try await failure { _ = try await client.issue(id, fields: []) }
      #expect(error.kind == .invalid)
    }
    #expect(transport.requests.count == 1)
  }

  @Test func `permissions that are not named are not held`() async throws {
    let (client, transport) = try makeClient([
      .json(#"{"permissions":{"EDIT_ISSUES":{"havePermission":true}}}"#)
    ])
    let permissions = try await client.myPermissions(["EDIT_ISSUES", "X"], project: "S")
    #expect(permissions == ["EDIT_ISSUES": true, "X": false])
    #expect(
      transport.requests.first?.target
        == "/rest/api/3/mypermissions?permissions=EDIT_ISSUES%2CX&projectKey=S")
  }

  @Test func `transitions are read with their screens`() async throws {
    let (client, transport) = try makeClient([
      .json(
        """
        {"transitions":[{"id":"31","name":"Resolve","hasScreen":true,
        "to":{"id":"3","name":"Done","statusCategory":{"key":"done"}},
        "fields":{"resolution":{"required":true,"name":"Resolution",
        "schema":{"type":"resolution","system":"resolution"},"allowedValues":[{"name":"Fixed"}]}}}]}
        """),
      .empty(),
    ])
    let transition = try #require(try await client.transitions(of: "1").first)
    #expect(transition.to.category == .done)
    #expect(transition.fields["resolution"]?.allowedNames == ["Fixed"])
    try await client.transition(
      "1", to: transition.id, fields: ["resolution": ["name": "Fixed"]])
    #expect(
      try transport.requests[1].json == [
        "transition": ["id": "31"], "fields": ["resolution": ["name": "Fixed"]],
      ])
    #expect(transport.requests[1].needsFreshConnection)
  }

  @Test func `comments are rich text of the site`() async throws {
    let cloud = try makeClient([.json(201, #"{"id":"7","body":{"type":"doc","content":[]}}"#)])
    #expect(try await cloud.client.addComment("a *b*", to: "1").id == "7")
    #expect(try cloud.transport.requests[0].json["body"] == ADF.document(from: "a *b*"))
    let own = try makeClient([.json(201, #"{"id":"7","body":"a \\*b*"}"#)], dialect: .dataCenter)
    #expect(try await own.client.addComment("a *b*", to: "1").text == "a *b*")
    #expect(try own.transport.requests[0].json["body"] == #"a \*b*"#)
  }

  /// Catches a comment that is added again after an answer was lost, and one that is taken for another of the same words.
  @Test func `a comment is added once`() async throws {
    let marker = UUID()
    let id = marker.uuidString.lowercased()
    let body =
      #""body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"hi"}]}]}"#
    func list(_ properties: String) -> ScriptedTransport.Step {
      .json(#"{"total":1,"comments":[{"id":"7",\#(body)\#(properties)}]}"#)
    }
    let made = ScriptedTransport.Step.json(201, #"{"id":"8",\#(body)}"#)
    // First time: nothing is looked for.
    let first = try makeClient([made])
    #expect(
      try await first.client.addCommentOnce("hi", to: "1", marker: marker, mayBeThere: false).id
        == "8")
    #expect(
      try first.transport.requests[0].json["properties"] == [
        ["key": "jira-sync", "value": ["marker": .string(id)]]
      ])
    // It is there, as the list says, or as the comment's own property does.
    for steps in [
      [list(#","properties":[{"key":"jira-sync","value":{"marker":"\#(id)"}}]"#)],
      [list(""), .json(#"{"key":"jira-sync","value":{"marker":"\#(id)"}}"#)],
    ] {
      let again = try makeClient(steps)
      #expect(
        try await again.client.addCommentOnce("hi", to: "1", marker: marker, mayBeThere: true).id
          == "7")
      #expect(again.transport.unusedSteps == 0)
    }
    // One of the same words is somebody else's.
    for steps in [
      [list(#","properties":[]"#), made], [list(""), .json(404, "{}"), made],
    ] {
      let other = try makeClient(steps)
      #expect(
        try await other.client.addCommentOnce("hi", to: "1", marker: marker, mayBeThere: true).id
          == "8")
      #expect(other.transport.unusedSteps == 0)
    }
  }

  @Test func `a property that is not there is nil`() async throws {
    let (client, _) = try makeClient([.json(404, "{}"), .json(#"{"key":"k","value":{"a":1}}"#)])
    #expect(try await client.property("k", of: "1") == nil)
    #expect(try await client.property("k", of: "1") == ["a": 1])
  }

  @Test func `deleting what is gone is no error`() async throws {
    let (client, _) = try makeClient([.empty(), .json(404, "{}"), .json(403, "{}")])
    #expect(try await client.deleteIssue("1"))
    #expect(try await client.deleteIssue("1") == false)
    #expect(try await failure { try await client.deleteIssue("1") }.kind == .forbidden)
  }
}
