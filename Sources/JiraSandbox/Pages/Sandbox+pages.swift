import Foundation
import JSON

extension Sandbox {
  /// The list of issues: for a browser, so without credentials.
  func pageOfList(_ call: Call) -> SandboxReply {
    let issues = store.read { Array($0.issues.values) }
    return .html(
      ListPage(site: site, issues: issues, search: call.parameter("q") ?? "").html.text)
  }

  /// The page of an issue, and its buttons.
  func browse(
    _ call: Call, key: String, rest: ArraySlice<String>
  ) throws(Refusal) -> SandboxReply {
    guard let issue = store.read({ $0.issue(key) }) else {
      let message: HTML = "<h1>No issue \(key)</h1><p><a href=\"/\">All issues</a></p>"
      return .html(PageLayout.page(title: "No such issue", message).text, status: 404)
    }
    switch (call.request.method, Array(rest)) {
    case ("GET", []): return .html(IssuePage(site: site, issue: issue).html.text)
    case ("POST", ["transition"]): return try move(issue, call)
    default: throw Sandbox.noSuchPath
    }
  }

  /// What a button of the page does, in the name of the first person.
  private func move(_ issue: Issue, _ call: Call) throws(Refusal) -> SandboxReply {
    // A page of another site must not press the buttons of this one.
    if let origin = call.request.headers["origin"], origin != call.base {
      throw Refusal(status: 403, messages: ["XSRF check failed"])
    }
    guard let person = call.caller ?? site.people.first else { throw .noSuchIssue }
    let form = SandboxRequest.parameters(
      of: String(decoding: call.request.body, as: UTF8.self))
    var body: JSON = [:]
    if let resolution = form["resolution"]?.first, !resolution.isEmpty {
      body = ["fields": ["resolution": ["id": .string(resolution)]]]
    }
    do throws(Refusal) {
      try transition(
        "\(issue.id)", along: form["transition"]?.first ?? "", body, by: person, version: .v3)
    } catch {
      let problem = (error.messages + error.errors.values.sorted()).joined(separator: " ")
      return .html(
        IssuePage(site: site, issue: issue, problem: problem).html.text, status: error.status)
    }
    return SandboxReply(status: 303, headers: [("Location", "/browse/\(issue.key)")])
  }
}
