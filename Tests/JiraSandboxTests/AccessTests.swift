import Foundation
import JSON
import Testing

@testable import JiraSandbox

@Suite("Who may ask")
struct AccessTests {
  private func basic(_ pair: String) -> String {
    "Basic \(Data(pair.utf8).base64EncodedString())"
  }

  @Test
  func `Basic with address and token, and Bearer with the token`() throws {
    let office = try Office()
    for header in [basic("alex@example.com:alex"), "Bearer alex", "bearer alex"] {
      let body = try office.by(header).ask("GET", "myself").body
      #expect(body["emailAddress"] == "alex@example.com")
      #expect(body["timeZone"] == "Europe/London")
    }
  }

  @Test
  func `Wrong credentials are refused everywhere, not taken for nobody`() throws {
    let office = try Office()
    for header in [basic("alex@example.com:sandbox"), "Bearer x", "Bearer", "Digest a", "Basic ?"] {
      #expect(try office.by(header).ask("GET", "serverInfo").status == 401)
    }
    let reply = office.sandbox.answer(
      SandboxRequest("GET", "/rest/api/3/myself", headers: ["Authorization": "Bearer x"]))
    #expect(reply.headers.contains { $0.name == "X-Seraph-LoginReason" })
    #expect(reply.headers.contains { $0.name == "WWW-Authenticate" })
  }

  @Test
  func `Nobody sees the site, finds nothing, and may write nothing`() throws {
    let office = try Office()
    let key = try office.create()
    let nobody = office.by(nil)
    #expect(try nobody.ask("GET", "serverInfo").status == 200)
    #expect(try nobody.keys("project = SCRSKY") == [])
    #expect(try nobody.ask("GET", "myself").status == 401)
    #expect(try nobody.ask("GET", "issue/\(key)").status == 404)
    #expect(try nobody.ask("GET", "project/SCRSKY").status == 404)
    #expect(try nobody.ask("PUT", "issue/\(key)", ["fields": ["summary": "x"]]).status == 404)
    #expect(try nobody.ask("POST", "issue", ["fields": nobody.task()]).status == 401)
    let fetched = try nobody.ask("POST", "issue/bulkfetch", ["issueIdsOrKeys": [.string(key)]])
    #expect(fetched.body["issues"] == [] && fetched.body["issueErrors"]?.array?.count == 1)
  }

  @Test
  func `Data Center has version 2 only and names people by name`() throws {
    let office = try Office { $0.deployment = .server }
    #expect(try office.ask("GET", "myself").status == 404)
    let me = try office.version2.ask("GET", "myself").body
    #expect(me["name"] == "sandbox" && me["accountId"] == nil)
    #expect(try office.version2.ask("GET", "serverInfo").body["deploymentType"] == "Server")
    let key = try office.version2.create(["assignee": ["name": "alex"]])
    #expect(try office.version2.field("assignee", of: key)?["name"] == "alex")
  }

  @Test func `a token that is not valid any more is served as an anonymous user on Data Center`()
    throws
  {
    let office = try Office { $0.deployment = .server }
    _ = try office.version2.create([:])
    func ask(_ header: String?, _ path: String) -> SandboxReply {
      office.sandbox.answer(
        SandboxRequest(
          "GET", "/rest/api/2/\(path)", headers: header.map { ["authorization": $0] } ?? [:]))
    }
    func user(_ reply: SandboxReply) -> String? {
      reply.headers.first { $0.name == "X-AUSERNAME" }?.value
    }
    let seen = ask("Bearer alex", "search?jql=project=SCRSKY")
    #expect(user(seen) == "alex")
    #expect(try JSON(parsing: seen.body)["total"] == 1)
    let expired = ask("Bearer expired", "search?jql=project=SCRSKY")
    #expect(expired.status == 200 && user(expired) == "anonymous")
    #expect(!expired.headers.contains { $0.name == "X-Seraph-LoginReason" })
    #expect(try JSON(parsing: expired.body)["total"] == 0)
    #expect(ask("Bearer expired", "myself").status == 401)
    #expect(
      ask(basic("alex@example.com:wrong"), "myself").headers.contains {
        $0.name == "X-Seraph-LoginReason"
      })
  }

  @Test
  func `Text of issues never becomes markup of a page`() throws {
    let office = try Office()
    let key = try office.create([
      "summary": "<script>alert(1)</script> & \"x\"",
      "description": Office.document("<img src=x onerror='y'>"),
      "labels": ["<b>"],
    ])
    for path in ["/browse/\(key)", "/?q=%3Cscript%3E", "/browse/%3Cscript%3E"] {
      let page = String(
        decoding: office.sandbox.answer(SandboxRequest("GET", path)).body, as: UTF8.self)
      #expect(!page.contains("<script>") && !page.contains("<img") && !page.contains("<b>"))
      #expect(page.contains("&lt;"))
    }
  }
}
