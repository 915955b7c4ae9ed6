import Foundation
import JSON
import Testing

@testable import JiraSandbox

@Suite("Pages for a browser")
struct PageTests {
  private func get(_ office: Office, _ path: String) -> String {
    String(decoding: office.sandbox.answer(SandboxRequest("GET", path)).body, as: UTF8.self)
  }

  private func post(
    _ office: Office, _ path: String, _ form: [String: String], origin: String? = nil
  ) -> SandboxReply {
    let text = form.map { name, value in
      let escaped = value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      return "\(name)=\(escaped)"
    }.joined(separator: "&")
    return office.sandbox.answer(
      SandboxRequest(
        "POST", path, headers: origin.map { ["Origin": $0] } ?? [:], body: Data(text.utf8)))
  }

  @Test
  func `From To Do to Done by the buttons of the page, the last of which asks for a resolution`()
    throws
  {
    let office = try Office()
    let key = try office.create()
    #expect(get(office, "/browse/\(key)").contains("Start work"))
    for edge in ["11", "21"] {
      #expect(post(office, "/browse/\(key)/transition", ["transition": edge]).status == 303)
    }
    let without = post(office, "/browse/\(key)/transition", ["transition": "31"])
    #expect(without.status == 400)
    #expect(String(decoding: without.body, as: UTF8.self).contains("Resolution is required."))
    #expect(
      post(office, "/browse/\(key)/transition", ["transition": "31", "resolution": "10001"]).status
        == 303)
    #expect(try office.field("status", of: key)?["name"] == "Done")
    #expect(try office.field("resolution", of: key)?["name"] == "Fixed")
  }

  @Test
  func `The form of an issue writes what was changed, and nothing else`() throws {
    let office = try Office()
    let key = try office.create([
      "customfield_10014": ["value": "Routers"], "customfield_10020": Office.document("old"),
      "customfield_10016": [["value": "WF1"]],
    ])
    let page = get(office, "/browse/\(key)/edit")
    #expect(page.contains("<option selected>Routers</option>") && page.contains("old</textarea>"))
    let form = [
      "summary": "A task", "customfield_10014": "Services", "customfield_10020": "a [b]\r\n*c*",
      "customfield_10016": "WF1, WF2", "customfield_10013": "2.5", "assignee": "Alex Example",
      "labels": "one two", "priority": "High",
    ]
    #expect(post(office, "/browse/\(key)/edit", form).status == 303)
    #expect(try office.field("customfield_10014", of: key)?["value"] == "Services")
    #expect(try office.version2.field("customfield_10020", of: key)?.string?.contains("b") == true)
    #expect(try office.field("customfield_10016", of: key)?.array?.count == 2)
    #expect(try office.field("customfield_10013", of: key) == .number(2.5))
    #expect(try office.field("assignee", of: key)?["displayName"] == "Alex Example")
    #expect(try office.field("labels", of: key) == ["one", "two"])
    #expect(try office.field("priority", of: key)?["name"] == "High")
    let changes = try office.ask("GET", "issue/\(key)/changelog").body["values"]?.array
    let items = changes?.last?["items"]?.array?.compactMap { $0["fieldId"]?.string }
    #expect(items?.contains("summary") == false)
  }

  @Test
  func `What JIRA refuses is shown with its field, and what was entered stays`() throws {
    let office = try Office()
    let key = try office.create()
    let reply = post(office, "/browse/\(key)/edit", ["customfield_10013": "many"])
    let page = String(decoding: reply.body, as: UTF8.self)
    #expect(reply.status == 400)
    #expect(page.contains("Layer number: Operation value must be a number"))
    #expect(page.contains("value=\"many\""))
  }

  @Test
  func `The page of another site cannot press the buttons`() throws {
    let office = try Office()
    let key = try office.create()
    for (path, form) in [
      ("transition", ["transition": "11"]), ("edit", ["summary": "x"]),
    ] {
      let reply = post(office, "/browse/\(key)/\(path)", form, origin: "https://evil.example")
      #expect(reply.status == 403)
    }
    #expect(try office.field("summary", of: key) == "A task")
  }
}
