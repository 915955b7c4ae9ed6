import JSON

extension Sandbox {
  func transitions(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let issue = try issue(call, idOrKey)
    let renderer = Renderer(site: site, call: call)
    let withFields = (call.list("expand") ?? []).contains("transitions.fields")
    let wanted = call.parameter("transitionId")
    // Who may not move an issue is offered nothing.
    let edges = site.transitions(from: issue.statusID).filter {
      (wanted == nil || $0.id == wanted) && call.caller?.mayEdit == true
    }
    return .json([
      "expand": "transitions",
      "transitions": .array(edges.map { renderer.transition($0, withFields: withFields) }),
    ])
  }

  func transition(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let author = try call.viewer()
    _ = try editable(call, idOrKey)
    let body = try call.json()
    guard let value = body["transition"]?["id"],
      let id = value.string ?? value.integer.map(String.init)
    else { throw .badRequest("Missing 'transition' identifier") }
    try transition(idOrKey, along: id, body, by: author, version: call.version)
    return .noContent
  }

  /// Moves an issue, as the API and the page of an issue do.
  ///
  /// - Throws: `Refusal` with status 400 where the edge does not start at the issue's status, a field is not on its screen,
  ///   or a required one is missing.
  func transition(
    _ idOrKey: String, along id: String, _ body: JSON, by author: Person, version: APIVersion
  ) throws(Refusal) {
    let (site, now) = (site, options.now())
    let properties = try Sandbox.properties(in: body)
    try store.change { state throws(Refusal) in
      guard let issue = state.issue(idOrKey) else { throw .noSuchIssue }
      guard let edge = site.transitions(from: issue.statusID).first(where: { $0.id == id }) else {
        throw .badRequest("Transition id '\(id)' is not valid for this issue.")
      }
      let screen = Screen.transition(asksForResolution: edge.asksForResolution)
      let reader = IssueReader(site: site, version: version, screen: screen, state: state)
      let change = try reader.read(body, current: issue.fields)
      if edge.asksForResolution, change.resolutionID == nil {
        throw .field("resolution", "Resolution is required.")
      }
      let stored = site.stored(change, of: .transition)
      IssueRules(site: site).transition(
        issue, along: edge, stored, properties: properties, by: author.accountID, at: now,
        in: &state)
    }
  }
}
