import JSON
import Testing

@testable import JiraSandbox

@Suite("Writing")
struct WriteTests {
  @Test
  func `Keys start at 1001 and are never given again`() throws {
    let office = try Office()
    let first = try office.create()
    #expect(first == "SCRSKY-1001")
    try office.ask("DELETE", "issue/\(first)")
    #expect(try office.create() == "SCRSKY-1002")
    #expect(try office.ask("GET", "issue/\(first)").status == 404)
  }

  @Test
  func `A new issue is a To Do of whoever asked, with its properties`() throws {
    let office = try Office().by("Bearer alex")
    let body: JSON = [
      "fields": office.task(["customfield_10018": "2026-01-02T03:04:05.000+0000"]),
      "properties": [["key": "jira-sync", "value": ["marker": "m-1"]]],
    ]
    let created = try office.ask("POST", "issue", body)
    #expect(created.status == 201 && created.body["id"] == "10001")
    let issue = try office.ask("GET", "issue/10001?properties=jira-sync&fields=*all").body
    #expect(issue["properties"] == ["jira-sync": ["marker": "m-1"]])
    #expect(issue["fields"]?["status"]?["name"] == "To Do")
    #expect(issue["fields"]?["reporter"]?["displayName"] == "Alex Example")
    #expect(issue["fields"]?["priority"]?["name"] == "Medium")
    #expect(issue["fields"]?["customfield_10018"] == "2026-01-02T04:04:05.000+0100")
  }

  @Test
  func `Bulk creation: what is right is made, what is wrong is named by its place`() throws {
    let office = try Office()
    let good: JSON = ["fields": office.task(), "properties": [["key": "p", "value": 1]]]
    let bad: JSON = ["fields": office.task(["customfield_99999": 1])]
    let (status, body) = try office.ask(
      "POST", "issue/bulk", ["issueUpdates": [bad, good, bad, good]])
    #expect(status == 201)
    #expect(
      body["issues"]?.array?.compactMap { $0["key"]?.string } == ["SCRSKY-1001", "SCRSKY-1002"])
    #expect(body["errors"]?.array?.compactMap { $0["failedElementNumber"]?.integer } == [0, 2])
    #expect(body["errors"]?[0]?["elementErrors"]?["errors"]?["customfield_99999"] != nil)
    #expect(try office.ask("GET", "issue/SCRSKY-1002/properties/p").body["value"] == 1)
    let all = try office.ask("POST", "issue/bulk", ["issueUpdates": [bad, bad]])
    #expect(all.status == 400 && all.body["issues"] == [])
    let many = JSON.array(Array(repeating: good, count: 51))
    #expect(try office.ask("POST", "issue/bulk", ["issueUpdates": many]).status == 400)
  }

  @Test
  func `An edit that changes nothing leaves updated alone, whatever way it is written`() throws {
    let office = try Office()
    let document = Office.document("Same")
    let key = try office.create(["description": document, "customfield_10013": 3])
    office.clock.advance(milliseconds: 1000)
    let same: JSON = [
      "fields": ["description": document, "summary": " A task ", "customfield_10013": 3]
    ]
    #expect(try office.ask("PUT", "issue/\(key)", same).status == 204)
    #expect(try office.field("updated", of: key) == "2026-07-01T14:00:00.123+0200")
    let edit = try office.ask(
      "PUT", "issue/\(key)?returnIssue=true", ["fields": ["summary": "Other"]])
    #expect(edit.status == 200)
    #expect(edit.body["fields"]?["updated"] == "2026-07-01T14:00:01.123+0200")
  }

  @Test
  func `A document does not read back byte by byte, and a cleared one is empty, not null`() throws {
    let office = try Office()
    let sent = Office.document("Text")
    let key = try office.create(["description": sent])
    let read = try #require(try office.field("description", of: key))
    #expect(read != sent)
    #expect(ADF.plainText(of: read) == "Text")
    try office.ask("PUT", "issue/\(key)", ["fields": ["description": nil]])
    #expect(
      try office.field("description", of: key)
        == ["type": "doc", "version": 1, "content": []])
  }

  @Test
  func `Both versions of the API show the same issue, each in its own form of text`() throws {
    let office = try Office()
    let key = try office.version2.create(["description": "h1. Debt\n\n* one\n* *two*"])
    let document = try #require(try office.field("description", of: key))
    #expect(document["content"]?[0]?["type"] == "heading")
    #expect(document["content"]?[1]?["content"]?.array?.count == 2)
    #expect(try office.version2.field("description", of: key) == "h1. Debt\n\n* one\n* *two*")
    try office.ask("PUT", "issue/\(key)", ["fields": ["description": Office.document("a {b}")]])
    #expect(try office.version2.field("description", of: key) == #"a \{b\}"#)
    let wrong = try office.version2.ask(
      "PUT", "issue/\(key)", ["fields": ["description": Office.document("x")]])
    #expect(wrong.status == 400)
  }

  @Test
  func `Labels and options can be added and removed without naming the others`() throws {
    let office = try Office()
    let key = try office.create(["labels": ["a", "b"], "customfield_10016": [["value": "WF1"]]])
    try office.ask(
      "PUT", "issue/\(key)",
      [
        "update": [
          "labels": [["remove": "a"], ["add": "c"], ["add": "b"]],
          "customfield_10016": [["add": ["value": "WF2"]]],
          "summary": [["set": "Set"]],
        ]
      ])
    #expect(try office.field("labels", of: key) == ["b", "c"])
    #expect(try office.field("summary", of: key) == "Set")
    #expect(
      try office.field("customfield_10016", of: key)?.array?.compactMap { $0["value"]?.string }
        == ["WF1", "WF2"])
  }

  @Test
  func `Null clears a field`() throws {
    let office = try Office()
    let key = try office.create([
      "customfield_10014": ["value": "Routers"], "customfield_10013": 1, "labels": ["a"],
    ])
    try office.ask(
      "PUT", "issue/\(key)",
      ["fields": ["customfield_10014": nil, "customfield_10013": nil, "labels": []]])
    let fields = try office.ask("GET", "issue/\(key)").body["fields"]
    #expect(fields?["customfield_10014"] == .null && fields?["customfield_10013"] == .null)
    #expect(fields?["labels"] == [])
  }

  @Test
  func `The changelog tells fields but not comments`() throws {
    let office = try Office()
    let key = try office.create()
    try office.ask("POST", "issue/\(key)/comment", ["body": Office.document("Seen")])
    try office.ask(
      "PUT", "issue/\(key)",
      ["fields": ["customfield_10014": ["value": "Routers"], "summary": "New"]])
    let values = try #require(try office.ask("GET", "issue/\(key)/changelog").body["values"]?.array)
    #expect(values.count == 1)
    let items = values[0]["items"]?.array ?? []
    #expect(items.compactMap { $0["field"]?.string }.sorted() == ["Layer", "summary"])
    let layer = items.first { $0["field"] == "Layer" }
    #expect(layer?["fieldId"] == "customfield_10014" && layer?["toString"] == "Routers")
    #expect(layer?["fromString"] == .null)
  }

  @Test
  func `A comment bumps updated; changing or deleting it does not`() throws {
    let office = try Office()
    let key = try office.create()
    office.clock.advance(milliseconds: 1000)
    let added = try office.ask("POST", "issue/\(key)/comment", ["body": Office.document("One")])
    #expect(added.status == 201)
    let updated = try office.field("updated", of: key)
    #expect(updated == "2026-07-01T14:00:01.123+0200")
    office.clock.advance(milliseconds: 1000)
    let path = "issue/\(key)/comment/\(added.body["id"]?.string ?? "")"
    #expect(try office.ask("PUT", path, ["body": Office.document("Two")]).status == 200)
    #expect(try office.version2.ask("GET", path).body["body"] == "Two")
    #expect(try office.ask("DELETE", path).status == 204)
    #expect(try office.ask("GET", path).status == 404)
    #expect(try office.field("updated", of: key) == updated)
    #expect(try office.ask("POST", "issue/\(key)/comment", ["body": "x"]).status == 400)
  }

  @Test
  func `A moved issue keeps its id, answers to its old key and leaves the project`() throws {
    let office = try Office { $0.hasAdmin = true }
    let key = try office.create()
    let reply = office.sandbox.administer(
      SandboxRequest(
        "POST", "/sandbox/admin/move",
        body: (["issue": .string(key), "key": "ELSEWHERE-7"] as JSON).data))
    #expect(reply.status == 204)
    let issue = try office.ask("GET", "issue/\(key)").body
    #expect(issue["id"] == "10001" && issue["key"] == "ELSEWHERE-7")
    #expect(try office.keys("project = SCRSKY") == [])
  }
}
