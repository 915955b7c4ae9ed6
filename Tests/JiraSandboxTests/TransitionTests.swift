import JSON
import Testing

@testable import JiraSandbox

@Suite("Moving issues through the workflow")
struct TransitionTests {
  private func names(_ office: Office, _ key: String) throws -> [String] {
    try office.ask("GET", "issue/\(key)/transitions").body["transitions"]?.array?
      .compactMap { $0["to"]?["name"]?.string } ?? []
  }

  @discardableResult
  private func move(
    _ office: Office, _ key: String, _ id: String, _ more: JSON = [:]
  ) throws -> (status: Int, body: JSON) {
    var body: [String: JSON] = ["transition": ["id": .string(id)]]
    body.merge(more.object ?? [:]) { _, new in new }
    return try office.ask("POST", "issue/\(key)/transitions", .object(body))
  }

  @Test
  func `Only the edges that leave the issue's status are offered and taken`() throws {
    let office = try Office()
    let key = try office.create()
    #expect(try names(office, key) == ["In Progress", "Blocked"])
    let wrong = try move(office, key, "31")
    #expect(wrong.status == 400)
    #expect(
      wrong.body["errorMessages"] == ["Transition id '31' is not valid for this issue."])
    #expect(try move(office, key, "11").status == 204)
    #expect(try names(office, key) == ["Review", "Blocked", "To Do"])
  }

  @Test
  func `Done needs a resolution, and only there may one be sent`() throws {
    let office = try Office()
    let key = try office.create()
    let early = try move(office, key, "11", ["fields": ["resolution": ["name": "Done"]]])
    #expect(early.status == 400)
    #expect(
      early.body["errors"]?["resolution"]
        == "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown.")
    try move(office, key, "11")
    try move(office, key, "21")
    let missing = try move(office, key, "31")
    #expect(missing.status == 400)
    #expect(missing.body["errors"] == ["resolution": "Resolution is required."])
    let foreign = try move(
      office, key, "31", ["fields": ["resolution": ["name": "Done"], "summary": "x"]])
    #expect(foreign.status == 400)
    #expect(try office.field("status", of: key)?["name"] == "Review")

    let screen = try office.ask("GET", "issue/\(key)/transitions?expand=transitions.fields").body
    let approve = screen["transitions"]?.array?.first { $0["id"] == "31" }
    #expect(approve?["fields"]?["resolution"]?["required"] == true)

    let done = try move(
      office, key, "31",
      [
        "fields": ["resolution": ["name": "Won't Do"]],
        "update": ["comment": [["add": ["body": Office.document("Never.")]]]],
      ])
    #expect(done.status == 204)
    #expect(try office.field("resolution", of: key)?["name"] == "Won't Do")
    #expect(try office.field("resolutiondate", of: key) == "2026-07-01T14:00:00.123+0200")
    #expect(try office.field("comment", of: key)?["total"] == 1)
    #expect(try office.keys("statusCategory = Done AND resolution = \"Won't Do\"") == [key])
  }

  @Test
  func `Reopening takes the resolution away`() throws {
    let office = try Office()
    let key = try office.create()
    for id in ["11", "21"] { try move(office, key, id) }
    try move(office, key, "31", ["fields": ["resolution": ["id": "10000"]]])
    try move(office, key, "51")
    #expect(try office.field("resolution", of: key) == .null)
    #expect(try office.field("resolutiondate", of: key) == .null)
  }

  @Test
  func `The page of an issue moves it, asks for the resolution and refuses foreign pages`() throws {
    let office = try Office()
    let key = try office.create()
    func press(_ form: String, origin: String? = nil) -> Int {
      var headers = ["Host": "127.0.0.1:1"]
      headers["Origin"] = origin
      return office.sandbox.answer(
        SandboxRequest(
          "POST", "/browse/\(key)/transition", headers: headers, body: .init(form.utf8))
      ).status
    }
    #expect(press("transition=11", origin: "http://evil.example") == 403)
    #expect(press("transition=11", origin: "http://127.0.0.1:1") == 303)
    #expect(press("transition=21") == 303)
    #expect(press("transition=31&resolution=") == 400)
    #expect(press("transition=31&resolution=10001") == 303)
    #expect(try office.field("resolution", of: key)?["name"] == "Fixed")
  }
}
