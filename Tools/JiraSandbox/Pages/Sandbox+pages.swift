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
    case ("GET", ["edit"]): return .html(EditPage(site: site, issue: issue).html.text)
    case ("POST", ["edit"]): return try change(issue, call)
    default: throw Sandbox.noSuchPath
    }
  }

  /// What a button of the page does, in the name of the first person.
  private func move(_ issue: Issue, _ call: Call) throws(Refusal) -> SandboxReply {
    let (person, form) = try submitted(call)
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

  /// What the form of the edit page does: only fields whose text was changed are written.
  private func change(_ issue: Issue, _ call: Call) throws(Refusal) -> SandboxReply {
    let (person, form) = try submitted(call)
    let page = EditPage(site: site, issue: issue)
    do throws(Refusal) {
      try store.change { [site, now = options.now()] state throws(Refusal) in
        guard let current = state.issue("\(issue.id)") else { throw .noSuchIssue }
        let reader = IssueReader(site: site, version: .v3, screen: .edit, state: state)
        IssueRules(site: site).edit(
          current,
          try reader.read(["fields": .object(page.changes(form))], current: current.fields),
          by: person.accountID, at: now, in: &state)
      }
    } catch {
      return .html(
        EditPage(site: site, issue: issue, form: form, refusal: error).html.text,
        status: error.status)
    }
    return SandboxReply(status: 303, headers: [("Location", "/browse/\(issue.key)")])
  }

  /// Who pressed a button, and what the form says.
  ///
  /// - Throws: `Refusal` with status 403 where the page of another site did.
  private func submitted(
    _ call: Call
  ) throws(Refusal) -> (person: Person, form: [String: [String]]) {
    if let origin = call.request.headers["origin"], origin != call.base {
      throw Refusal(status: 403, messages: ["XSRF check failed"])
    }
    guard let person = call.caller ?? site.people.first else { throw .noSuchIssue }
    return (
      person, SandboxRequest.parameters(of: String(decoding: call.request.body, as: UTF8.self))
    )
  }
}
