import JSON

@testable import JiraSandbox

extension SandboxServer {
  /// An answer that no test expects.
  struct Unexpected: Error { let text: String }

  /// Sends a request of a person's, of version 2 of JIRA's API.
  @discardableResult
  func ask(_ method: String, _ path: String, _ body: JSON) throws -> JSON {
    try read(
      sandbox.answer(
        SandboxRequest(
          method, "/rest/api/2/\(path)", headers: ["authorization": "Bearer alex"],
          body: body.data)))
  }

  /// Makes an issue that belongs to no row, and answers its key.
  @discardableResult
  func makeIssue() throws -> String {
    let issue = try ask(
      "POST", "issue",
      [
        "fields": [
          "project": ["key": "SCRSKY"], "issuetype": ["name": "Task"], "summary": "A task",
        ]
      ]
    )
    guard let key = issue["key"]?.string else { throw Unexpected(text: issue.text) }
    return key
  }

  /// Sends a request of those that only tests send.
  @discardableResult
  func administer(_ method: String, _ path: String, _ body: JSON = [:]) throws -> JSON {
    let escaped = path.replacing(" ", with: "%20")
    return try read(
      sandbox.administer(
        SandboxRequest(method, "\(Sandbox.adminPrefix)/\(escaped)", body: body.data)))
  }

  /// A field of the site by its name.
  func field(_ name: String) -> FieldDefinition? { sandbox.site.fields.first { $0.name == name } }

  private func read(_ reply: SandboxReply) throws -> JSON {
    guard reply.status < 300 else {
      throw Unexpected(text: "\(reply.status) \(String(decoding: reply.body, as: UTF8.self))")
    }
    return reply.body.isEmpty ? .null : try JSON(parsing: reply.body)
  }
}
