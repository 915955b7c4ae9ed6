import JSON

extension Sandbox {
  static let adminPrefix = "/sandbox/admin"

  /// Answers what only tests and load runs ask.
  func administer(_ request: SandboxRequest) -> SandboxReply {
    let call = Call(request: request, caller: nil, version: .v3, base: "")
    do throws(Refusal) {
      switch (request.method, request.segments.dropFirst(2).first) {
      case ("GET", "requests"):
        let since = try call.number("since", default: 0)
        return .json(["requests": .array(log.entries(since: since).map(\.json))])
      case ("DELETE", "requests"):
        log.clear()
        return .noContent
      case ("POST", "faults"):
        let body = try call.json()
        var rules: [Fault] = []
        for rule in body.array ?? [body] { rules.append(try Fault(rule)) }
        faults.add(rules)
        return .noContent
      case ("DELETE", "faults"):
        faults.clear()
        return .noContent
      case ("POST", "move"):
        return try move(try call.json())
      default: throw Sandbox.noSuchPath
      }
    } catch {
      return .refusal(error)
    }
  }

  /// Moves an issue to another project, as people do: a new key, the same id.
  private func move(_ body: JSON) throws(Refusal) -> SandboxReply {
    guard let key = body["issue"]?.string, let target = body["key"]?.string else {
      throw .badRequest("A move needs 'issue' and 'key'.")
    }
    let (now, site) = (options.now(), site)
    try store.change { state throws(Refusal) in
      guard var issue = state.issue(key) else { throw .noSuchIssue }
      issue.formerKeys.append(issue.key)
      issue.key = target
      issue.isInProject = target.hasPrefix("\(site.projectKey)-")
      issue.updated = now
      state.put(issue)
    }
    return .noContent
  }
}
