import JSON

extension Sandbox {
  private static let mostComments = 5000

  func comments(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    var issue = try issue(call, idOrKey)
    if (call.parameter("orderBy") ?? "").hasPrefix("-") { issue.comments.reverse() }
    return .json(
      Renderer(site: site, call: call).comments(
        of: issue, startAt: try call.number("startAt", default: 0),
        maxResults: min(5000, try call.number("maxResults", default: 100)),
        withProperties: (call.list("expand") ?? []).contains("properties")))
  }

  func comment(_ call: Call, _ idOrKey: String, _ id: String) throws(Refusal) -> SandboxReply {
    let issue = try issue(call, idOrKey)
    guard let comment = issue.comments.first(where: { "\($0.id)" == id }) else {
      throw Sandbox.noSuchComment(id)
    }
    return .json(Renderer(site: site, call: call).comment(comment, of: issue))
  }

  func addComment(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let author = try call.viewer()
    _ = try editable(call, idOrKey)
    let body = try call.json()
    let text = try commentBody(body, call)
    let properties = try Sandbox.properties(in: body)
    let now = options.now()
    let (issue, comment) = try store.change { state throws(Refusal) in
      guard var issue = state.issue(idOrKey) else { throw .noSuchIssue }
      guard issue.comments.count < Sandbox.mostComments else {
        throw Refusal(
          status: 413, messages: ["The issue has reached the limit of 5000 comments."])
      }
      let comment = Comment(
        id: state.takeChildID(), author: author.accountID, updateAuthor: author.accountID,
        body: text, created: now, updated: now, properties: properties)
      issue.comments.append(comment)
      issue.updated = now
      state.put(issue)
      return (issue, comment)
    }
    return .json(Renderer(site: site, call: call).comment(comment, of: issue), status: 201)
  }

  /// Changes a comment; the issue's `updated` stays, which pollers must not rely on.
  func editComment(
    _ call: Call, _ idOrKey: String, _ id: String
  ) throws(Refusal) -> SandboxReply {
    let author = try call.viewer()
    _ = try editable(call, idOrKey)
    let text = try commentBody(try call.json(), call)
    let now = options.now()
    let (issue, comment) = try store.change { state throws(Refusal) in
      guard var issue = state.issue(idOrKey) else { throw .noSuchIssue }
      guard let place = issue.comments.firstIndex(where: { "\($0.id)" == id }) else {
        throw Sandbox.noSuchComment(id)
      }
      issue.comments[place].body = text
      issue.comments[place].updateAuthor = author.accountID
      issue.comments[place].updated = now
      state.put(issue)
      return (issue, issue.comments[place])
    }
    return .json(Renderer(site: site, call: call).comment(comment, of: issue))
  }

  func deleteComment(
    _ call: Call, _ idOrKey: String, _ id: String
  ) throws(Refusal) -> SandboxReply {
    _ = try editable(call, idOrKey)
    try store.change { state throws(Refusal) in
      guard var issue = state.issue(idOrKey) else { throw .noSuchIssue }
      guard let place = issue.comments.firstIndex(where: { "\($0.id)" == id }) else {
        throw Sandbox.noSuchComment(id)
      }
      issue.comments.remove(at: place)
      state.put(issue)
    }
    return .noContent
  }

  func commentProperty(_ call: Call, _ id: String, _ key: String) throws(Refusal) -> SandboxReply {
    _ = try call.viewer()
    let comment = store.read { state in
      state.issues.values.lazy.flatMap(\.comments).first { "\($0.id)" == id }
    }
    guard let comment else { throw Sandbox.noSuchComment(id) }
    guard let value = comment.properties[key] else {
      throw Refusal(status: 404, messages: ["The property with key '\(key)' was not found."])
    }
    return .json(["key": .string(key), "value": value])
  }

  private func commentBody(_ body: JSON, _ call: Call) throws(Refusal) -> RichText {
    guard let value = body["body"], !value.isNull else {
      throw .field("comment", "Comment body can not be empty!")
    }
    let text: RichText
    do throws(FieldProblem) {
      text = try FieldRules(site: site, version: call.version).document(value)
    } catch {
      throw error.concernsRequest
        ? .badRequest(error.message) : .field("comment", error.message)
    }
    guard !text.plainText.trimmingBlanks.isEmpty else {
      throw .field("comment", "Comment body can not be empty!")
    }
    return text
  }

  private static func noSuchComment(_ id: String) -> Refusal {
    Refusal(status: 404, messages: ["Can not find a comment for the id: \(id)."])
  }
}
