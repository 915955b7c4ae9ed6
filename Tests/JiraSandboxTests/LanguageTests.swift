import Foundation
import JSON
import Testing

@testable import JiraSandbox

/// The sandbox shows names in the language of the account, as JIRA does.
@Suite("Languages of the sandbox") struct LanguageTests {
  private func office(
    _ deployment: Deployment, stored: StoredNames = .everywhere
  ) throws -> Office {
    var office = try Office {
      $0.deployment = deployment
      $0.storedNames = stored
      $0.people[0].language = .german
    }
    if deployment == .server { office = office.version2 }
    return office
  }

  private func issue(in office: Office) throws -> JSON {
    let made = try office.ask(
      "POST", "issue",
      [
        "fields": ["project": ["key": "SCRSKY"], "issuetype": ["name": "Task"], "summary": "x"]
      ])
    #expect(made.status == 201, "names are written as they are stored: \(made.body)")
    return try office.ask("GET", "issue/\(made.body["key"]?.string ?? "")").body["fields"] ?? .null
  }

  @Test
  func
    `Cloud: names of its own are translated, with the stored one beside them; custom names are not`()
    throws
  {
    let office = try office(.cloud)
    let fields = try issue(in: office)
    #expect(fields["status"]?["name"] == "Zu erledigen")
    #expect(fields["status"]?["untranslatedName"] == "To Do")
    #expect(fields["status"]?["statusCategory"]?["key"] == "new")
    #expect(fields["issuetype"]?["name"] == "Aufgabe")
    let statuses = try office.ask("GET", "status").body.array ?? []
    let review = try #require(statuses.first { $0["name"] == "Review" })
    #expect(review["untranslatedName"] == nil, "a name without a translation")
    #expect(try office.ask("GET", "myself").body["locale"] == "de_DE")
    let field = try office.ask("GET", "field").body.array?.first { $0["id"] == "summary" }
    #expect(field?["name"] == "Zusammenfassung" && field?["untranslatedName"] == nil)
  }

  @Test(
    arguments: [
      (nil, "fr", "Zu erledigen"), ("true", "fr", "À faire"), ("true", "ja-JP, en;q=0.5", "未着手"),
      ("true", "xx", "To Do"), ("true", nil, "To Do"), ("false", "fr", "Zu erledigen"),
    ] as [(String?, String?, String)])
  func
    `Cloud: Accept-Language counts only with X-Force-Accept-Language, and an unknown language is the site's`(
      force: String?, language: String?, name: String
    ) throws
  {
    let office = try office(.cloud)
    var headers = ["authorization": "Bearer sandbox"]
    headers["X-Force-Accept-Language"] = force
    headers["Accept-Language"] = language
    let reply = office.sandbox.answer(
      SandboxRequest("GET", "/rest/api/3/status/", headers: headers))
    let names = try JSON(parsing: reply.body).array?.compactMap { $0["name"]?.string } ?? []
    #expect(names.contains(name), "\(names)")
  }

  @Test
  func `Data Center: no stored name, no header counts, and the history keeps stored names`() throws
  {
    let office = try office(.server)
    let fields = try issue(in: office)
    #expect(fields["status"]?["name"] == "Zu erledigen")
    #expect(fields["status"]?["untranslatedName"] == nil)
    let reply = office.sandbox.answer(
      SandboxRequest(
        "GET", "/rest/api/2/status",
        headers: [
          "authorization": "Bearer sandbox", "x-force-accept-language": "true",
          "accept-language": "en",
        ]))
    #expect(String(decoding: reply.body, as: UTF8.self).contains("Zu erledigen"))
    try office.ask(
      "POST", "issue/SCRSKY-1001/transitions", ["transition": ["id": "11"]])
    let history = try office.ask("GET", "issue/SCRSKY-1001?expand=changelog").body
    let item = history["changelog"]?["histories"]?[0]?["items"]?[0]
    #expect(item?["toString"] == "In Progress")
  }

  @Test
  func `Cloud: a site that gives stored names only in lists, or nowhere`() throws {
    let lists = try office(.cloud, stored: .lists)
    #expect(try issue(in: lists)["status"]?["untranslatedName"] == nil)
    #expect(try lists.ask("GET", "resolution").body.text.contains("untranslatedName"))
    let nowhere = try office(.cloud, stored: .nowhere)
    #expect(try !nowhere.ask("GET", "resolution").body.text.contains("untranslatedName"))
  }

  @Test
  func `A project with another key is found under the old one, and its issues too`() throws {
    let office = try Office()
    _ = try issue(in: office)
    try office.administer("POST", "project", ["key": "NEW"])
    for key in ["SCRSKY", "NEW", "10000"] {
      #expect(try office.ask("GET", "project/\(key)").body["key"] == "NEW")
    }
    #expect(try office.ask("GET", "issue/SCRSKY-1001").body["key"] == "NEW-1001")
    #expect(try office.ask("GET", "project/OTHER").status == 404)
  }

  @Test
  func `An archived issue can be read and not changed, and is as it was once it is restored`()
    throws
  {
    let office = try Office()
    _ = try issue(in: office)
    try office.administer("POST", "archive", ["issue": "SCRSKY-1001"])
    #expect(try office.ask("GET", "issue/SCRSKY-1001").status == 200)
    let edit: JSON = ["fields": ["summary": "y"]]
    let refused = try office.ask("PUT", "issue/SCRSKY-1001", edit)
    #expect(refused.status == 400 && refused.body["errors"] == [:])
    try office.administer("POST", "archive", ["issue": "SCRSKY-1001", "archived": false])
    #expect(try office.ask("PUT", "issue/SCRSKY-1001", edit).status == 204)
  }
}
