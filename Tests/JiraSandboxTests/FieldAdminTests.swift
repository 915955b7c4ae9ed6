import JSON
import Testing

@testable import JiraSandbox

@Suite("What administrators do to fields and people")
struct FieldAdminTests {
  private func field(_ office: Office, _ name: String) throws -> JSON? {
    try office.ask("GET", "field").body.array?.first { $0["name"]?.string == name }
  }

  private func onCreateScreen(_ office: Office, _ id: String) throws -> JSON? {
    let path = "issue/createmeta/SCRSKY/issuetypes/10001?maxResults=200"
    return try office.ask("GET", path).body["fields"]?.array?.first { $0["fieldId"]?.string == id }
  }

  @Test
  func `A field is renamed: issues keep its values under the same id`() throws {
    let office = try Office()
    let key = try office.create(["customfield_10014": ["value": "Routers"]])
    try office.administer("PUT", "fields/Layer", ["name": "Tier"])
    #expect(try field(office, "Layer") == nil)
    #expect(try field(office, "Tier")?["id"] == "customfield_10014")
    #expect(try office.field("customfield_10014", of: key)?["value"] == "Routers")
    #expect(try office.keys("Tier = Routers") == [key])
  }

  @Test
  func `A field is doubled: two of one name, with ids and options of their own`() throws {
    let office = try Office()
    let copy = try office.administer("POST", "fields/Layer/duplicate")["id"]?.string
    let all = try office.ask("GET", "field").body.array ?? []
    #expect(
      all.filter { $0["name"] == "Layer" }.map { $0["id"]?.string }
        == ["customfield_10014", copy])
    let key = try office.create([try #require(copy): ["value": "Routers"]])
    #expect(try office.field("customfield_10014", of: key) == .null)
  }

  @Test
  func
    `An option that is removed is gone from issues too; a disabled one stays there, and is refused`()
    throws
  {
    let office = try Office()
    let key = try office.create([
      "customfield_10014": ["value": "Routers"],
      "customfield_10016": [["value": "WF1"], ["value": "WF2"]],
    ])
    try office.administer("PUT", "fields/Layer", ["options": ["Services", "Schemas"]])
    try office.administer("PUT", "fields/Workflows", ["disabledOptions": ["WF1"]])
    #expect(try office.field("customfield_10014", of: key) == .null)
    #expect(try office.field("customfield_10016", of: key)?.array?.count == 2)
    #expect(
      try office.ask("PUT", "issue/\(key)", ["fields": ["customfield_10014": ["value": "Routers"]]])
        .status == 400)
    #expect(
      try office.ask("PUT", "issue/\(key)", ["fields": ["customfield_10016": [["value": "WF1"]]]])
        .status == 400)
    let allowed = try onCreateScreen(office, "customfield_10014")?["allowedValues"]?.array
    #expect(allowed?.map { $0["value"]?.string } == ["Services", "Schemas"])
  }

  @Test
  func `A field that is taken off a screen is refused there, and one made required is asked for`()
    throws
  {
    let office = try Office()
    try office.administer("PUT", "fields/Notes", ["createScreen": false])
    try office.administer("PUT", "fields/Layer", ["required": true])
    #expect(try onCreateScreen(office, "customfield_10020") == nil)
    #expect(try onCreateScreen(office, "customfield_10014")?["required"] == true)
    let refused = try office.ask("POST", "issue", ["fields": office.task()])
    #expect(refused.status == 400)
    #expect(refused.body["errors"]?["customfield_10014"] == "Layer is required.")
    let key = try office.create(["customfield_10014": ["value": "Routers"]])
    let emptied = try office.ask("PUT", "issue/\(key)", ["fields": ["customfield_10014": nil]])
    #expect(emptied.status == 400)
  }

  @Test
  func
    `Through the API, only an administrator makes a field, gives it options and puts it on screens`()
    throws
  {
    let office = try Office()
    let wanted: JSON = [
      "name": "Severity", "type": "com.atlassian.jira.plugin.system.customfieldtypes:select",
    ]
    #expect(try office.ask("POST", "field", wanted).status == 403)
    try office.administer("PUT", "people/sandbox@example.com", ["administrator": true])
    let made = try office.ask("POST", "field", wanted)
    #expect(made.status == 201)
    let id = try #require(made.body["id"]?.string)
    #expect(try onCreateScreen(office, id) == nil, "a new field is on no screen")
    let context = try office.ask("GET", "field/\(id)/context").body["values"]?.array?.first?["id"]
    let path = "field/\(id)/context/\(try #require(context?.string))/option"
    #expect(try office.ask("POST", path, ["options": [["value": "High"]]]).status == 200)
    #expect(try office.ask("POST", path, ["options": [["value": "High"]]]).status == 400)
    #expect(try office.ask("GET", path).body["values"]?.array?.first?["value"] == "High")
    for screen in [1, 2] {
      let tab = try office.ask("GET", "screens/\(screen)/tabs").body.array?.first?["id"]?.integer
      let fields = "screens/\(screen)/tabs/\(try #require(tab))/fields"
      #expect(try office.ask("POST", fields, ["fieldId": .string(id)]).status == 200)
      #expect(try office.ask("POST", fields, ["fieldId": .string(id)]).status == 400)
    }
    let key = try office.create([id: ["value": "High"]])
    #expect(try office.field(id, of: key)?["value"] == "High")
  }

  @Test
  func
    `Rights that are taken away: nothing is found any more, nothing may be written, a token is refused`()
    throws
  {
    let office = try Office()
    let key = try office.create()
    let edit: JSON = ["fields": ["summary": "x"]]
    try office.administer("PUT", "people/sandbox@example.com", ["edit": false])
    #expect(try office.ask("GET", "issue/\(key)").status == 200)
    #expect(try office.ask("PUT", "issue/\(key)", edit).status == 403)
    #expect(try office.ask("GET", "issue/\(key)/transitions").body["transitions"] == [])
    #expect(try office.ask("POST", "issue", ["fields": office.task()]).status == 400)
    try office.administer("PUT", "people/sandbox@example.com", ["browse": false])
    #expect(try office.ask("GET", "issue/\(key)").status == 404)
    #expect(try office.ask("GET", "project/SCRSKY").status == 404)
    let search = try office.ask("POST", "search/jql", ["jql": "project = SCRSKY"])
    #expect(search.status == 400, "it does not exist for whoever may not see it")
    #expect(try office.keys("summary is not empty") == [])
    let asking = "mypermissions?permissions=BROWSE_PROJECTS"
    #expect(try office.ask("GET", "\(asking)&projectKey=SCRSKY").status == 404)
    #expect(try office.ask("GET", asking).status == 200)
    #expect(try office.ask("GET", "myself").status == 200)
    try office.administer("PUT", "people/sandbox@example.com", ["token": "new"])
    #expect(try office.ask("GET", "myself").status == 401)
    #expect(try office.by("Bearer alex").ask("GET", "issue/\(key)").status == 200)
  }

  @Test
  func `A new user asks in a time zone of their own`() throws {
    let office = try Office()
    try office.administer(
      "POST", "people", ["email": "kai@example.com", "token": "k", "timeZone": "Asia/Tokyo"])
    let me = try office.by("Bearer k").ask("GET", "myself").body
    #expect(me["timeZone"] == "Asia/Tokyo" && me["displayName"] == "Kai")
    // 12:00 UTC is 21:00 in Tokyo.
    let key = try office.create()
    #expect(try office.by("Bearer k").keys("created >= '2026-07-01 21:00'") == [key])
    #expect(try office.by("Bearer k").keys("created >= '2026-07-01 21:01'") == [])
    #expect(throws: Office.Refused.self) {
      try office.administer("PUT", "people/kai@example.com", ["timeZone": "Mars"])
    }
  }

  @Test
  func `A hidden issue is not found by anybody, and is there again when it is shown`() throws {
    let office = try Office()
    let key = try office.create()
    try office.administer("POST", "hide", ["issue": .string(key)])
    #expect(try office.ask("GET", "issue/\(key)").status == 404)
    #expect(try office.keys("project = SCRSKY") == [])
    let fetched = try office.ask("POST", "issue/bulkfetch", ["issueIdsOrKeys": [.string(key)]])
    #expect(fetched.body["issues"] == [] && fetched.body["issueErrors"]?.array?.count == 1)
    try office.administer("POST", "hide", ["issue": .string(key), "hidden": false])
    #expect(try office.keys("project = SCRSKY") == [key])
  }
}
