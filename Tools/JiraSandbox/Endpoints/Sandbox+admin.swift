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
      case ("GET", "faults"):
        return .json(["waiting": .integer(faults.count)])
      case ("DELETE", "faults"):
        faults.clear()
        return .noContent
      case (_, "fields"):
        return try administerFields(call, Array(request.segments.dropFirst(3)))
      case (_, "people"):
        return try administerPeople(call, Array(request.segments.dropFirst(3)))
      case (_, "storage"):
        return try administerStorage(call)
      case ("POST", "limits"):
        return try administerLimits(call)
      case ("POST", "hold"):
        let body = try call.json()
        guard let key = body["issue"]?.string else { throw .badRequest("Holding needs 'issue'.") }
        try store.hold(key, body["held"]?.bool ?? true)
        return .noContent
      case ("POST", "index"):
        guard let lag = try call.json()["lagMilliseconds"]?.integer, (0...86_400_000).contains(lag)
        else {
          throw .badRequest("The index needs 'lagMilliseconds', 0 to 86400000.")
        }
        store.setLag(Int64(lag))
        return .noContent
      case ("POST", "project"):
        return try rename(try call.json())
      case ("POST", "archive"):
        return try archive(try call.json())
      case ("POST", "resolutions"):
        return try add(resolution: try call.json())
      case ("POST", "hide"):
        return try hide(try call.json())
      case ("POST", "move"):
        return try move(try call.json())
      default: throw Sandbox.noSuchPath
      }
    } catch {
      return .refusal(error)
    }
  }

  /// Hides an issue from everybody, as a security level does, or shows it again.
  private func hide(_ body: JSON) throws(Refusal) -> SandboxReply {
    guard let key = body["issue"]?.string else { throw .badRequest("Hiding needs 'issue'.") }
    let isHidden = body["hidden"]?.bool ?? true
    try store.change { state throws(Refusal) in
      guard var issue = state.issue(key) else { throw .noSuchIssue }
      issue.isHidden = isHidden ? true : nil
      state.put(issue)
    }
    return .noContent
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
