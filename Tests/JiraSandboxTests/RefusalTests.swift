import JSON
import Testing

@testable import JiraSandbox

@Suite("What is refused, and in which words")
struct RefusalTests {
  private static let long = String(repeating: "x", count: 256)

  @Test(
    arguments: [
      ("summary", .string(long), "Summary can't exceed 255 characters."),
      ("summary", "a\nb", "The summary is invalid because it contains newline characters."),
      ("summary", "  ", "You must specify a summary of the issue."),
      (
        "description", "plain",
        "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
      ),
      (
        "customfield_10017", "plain",
        "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
      ),
      (
        "customfield_99999", 1,
        "Field 'customfield_99999' cannot be set. It is not on the appropriate screen, or unknown."
      ),
      (
        "status", ["name": "Done"],
        "Field 'status' cannot be set. It is not on the appropriate screen, or unknown."
      ),
      (
        "resolution", ["name": "Done"],
        "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."
      ),
      ("customfield_10013", "3", "Operation value must be a number"),
      ("customfield_10010", 3, "Operation value must be a string"),
      (
        "customfield_10010", .string(long),
        "The entered text is too long. It exceeds the allowed limit of 255 characters."
      ),
      ("customfield_10014", ["value": "routers"], "Option value 'routers' is not valid"),
      ("customfield_10014", ["id": "1"], "Option id '1' is not valid"),
      ("customfield_10014", "Routers", "Specify a valid 'id' or 'value' for Layer"),
      ("customfield_10016", ["value": "WF1"], "data was not an array"),
      (
        "customfield_10018", "2026-13-01T00:00:00.000+0000",
        "Error parsing date string: 2026-13-01T00:00:00.000+0000"
      ),
      ("duedate", "2026-7-1", "Error parsing date string: 2026-7-1"),
      ("assignee", ["accountId": "nobody"], "User 'nobody' does not exist."),
      ("priority", ["name": "Huge"], "Priority name 'Huge' is not valid"),
      ("labels", [1], "string expected at index 0"),
      ("project", ["key": "OTHER"], "Specify a valid project ID or key"),
    ] as [(String, JSON, String)])
  func `A wrong value refuses the whole creation`(field: String, value: JSON, message: String)
    throws
  {
    let office = try Office()
    let (status, body) = try office.ask(
      "POST", "issue", ["fields": office.task(.object([field: value]))])
    #expect(status == 400)
    #expect(body == ["errorMessages": [], "errors": .object([field: .string(message)])])
    #expect(try office.keys("created >= 0") == [])
  }

  @Test
  func `An edit with one wrong field changes nothing at all`() throws {
    let office = try Office()
    let key = try office.create()
    let (status, _) = try office.ask(
      "PUT", "issue/\(key)", ["fields": ["summary": "New", "customfield_99999": 1]])
    #expect(status == 400)
    #expect(try office.field("summary", of: key) == "A task")
  }

  @Test
  func `Labels with spaces: said of the request on Cloud, of the field on Data Center`() throws {
    let cloud = try Office()
    let fields = cloud.task(["labels": ["x y"]])
    #expect(
      try cloud.ask("POST", "issue", ["fields": fields]).body
        == ["errorMessages": ["The label 'x y' can't contain spaces."], "errors": [:]])
    let server = try Office { $0.deployment = .server }.version2
    #expect(
      try server.ask("POST", "issue", ["fields": fields]).body["errors"]
        == ["labels": "The label 'x y' contains spaces which is invalid."])
  }

  @Test
  func `Long documents are counted in UTF-16, as JIRA does`() throws {
    let office = try Office()
    let fits = String(repeating: "x", count: 32_765) + "😀"
    _ = try office.create(["description": Office.document(fits)])
    let (status, body) = try office.ask(
      "POST", "issue",
      ["fields": office.task(["description": Office.document(fits + "x")])])
    #expect(status == 400)
    #expect(
      body["errors"]?["description"]
        == "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
  }

  @Test
  func `A document with an unknown node or an empty text is refused`() throws {
    let office = try Office()
    for node: JSON in [
      ["type": "paragraf"], ["type": "text", "text": "outside"],
      ["type": "paragraph", "content": [["type": "text", "text": ""]]],
      ["type": "heading", "attrs": ["level": 7]],
    ] {
      let document: JSON = ["type": "doc", "version": 1, "content": [node]]
      let (status, body) = try office.ask(
        "POST", "issue", ["fields": office.task(["description": document])])
      #expect(status == 400 && body["errorMessages"] == ["INVALID_INPUT"])
    }
  }

  @Test
  func `What is missing is named`() throws {
    let (status, body) = try Office().ask("POST", "issue", ["fields": [:]])
    #expect(status == 400)
    #expect(
      body["errors"] == [
        "project": "Specify a valid project ID or key", "issuetype": "Specify an issue type",
        "summary": "You must specify a summary of the issue.",
      ])
  }

  @Test
  func `A field in both fields and update, and silence without the right to it`() throws {
    let office = try Office { options in
      options.people.append(
        Person(email: "boss@example.com", token: "boss", isAdministrator: true))
    }
    let key = try office.create()
    let both = try office.ask(
      "PUT", "issue/\(key)",
      ["fields": ["labels": ["a"]], "update": ["labels": [["add": "b"]]]])
    #expect(both.status == 400 && both.body["errors"]?["labels"] != nil)
    let silent: JSON = ["fields": ["summary": "Quiet"]]
    let refused = try office.ask("PUT", "issue/\(key)?notifyUsers=false", silent)
    #expect(
      refused.body["errorMessages"] == [
        "To discard the user notification either admin or project admin permissions are required."
      ])
    #expect(
      try office.by("Bearer boss").ask("PUT", "issue/\(key)?notifyUsers=false", silent).status
        == 204)
  }

  @Test
  func `No JSON, no issue, no such path`() throws {
    let office = try Office()
    let reply = office.sandbox.answer(
      SandboxRequest(
        "POST", "/rest/api/3/issue", headers: ["Authorization": "Bearer sandbox"],
        body: .init("{".utf8)))
    #expect(reply.status == 400)
    let gone = try office.ask("GET", "issue/SCRSKY-1")
    #expect(gone.status == 404)
    #expect(
      gone.body["errorMessages"] == [
        "Issue does not exist or you do not have permission to see it."
      ])
    #expect(try office.ask("GET", "nothing").status == 404)
  }
}
