import JSON

/// What administrators do to the project and its issues.
extension Sandbox {
  /// Gives the project another key, and each of its issues; the old keys are still found, as in JIRA.
  func rename(_ body: JSON) throws(Refusal) -> SandboxReply {
    guard let key = body["key"]?.string, !key.isEmpty else {
      throw .badRequest("A project needs 'key'.")
    }
    let old = site.projectKey
    try configure { site throws(Refusal) in
      site.formerProjectKeys.append(old)
      site.projectKey = key
    }
    try store.change { state throws(Refusal) in
      for var issue in state.issues.values where issue.isInProject {
        issue.formerKeys.append(issue.key)
        issue.key = "\(key)-\(issue.key.split(separator: "-").last ?? "0")"
        state.put(issue)
      }
    }
    return .noContent
  }

  /// Archives an issue, so that it can be read and not changed, or restores it; neither counts as an update.
  func archive(_ body: JSON) throws(Refusal) -> SandboxReply {
    guard let key = body["issue"]?.string else { throw .badRequest("Archiving needs 'issue'.") }
    let isArchived = body["archived"]?.bool ?? true
    try store.change { state throws(Refusal) in
      guard var issue = state.issue(key) else { throw .noSuchIssue }
      issue.isArchived = isArchived ? true : nil
      state.put(issue)
    }
    return .noContent
  }

  /// Adds a resolution of an administrator's own.
  func add(resolution body: JSON) throws(Refusal) -> SandboxReply {
    guard let name = body["name"]?.string, !name.isEmpty else {
      throw .badRequest("A resolution needs 'name'.")
    }
    try configure { site throws(Refusal) in
      let id = (site.resolutions.compactMap { Int($0.id) }.max() ?? 10_000) + 1
      site.resolutions.append(NamedValue(id: "\(id)", name: name))
    }
    return .noContent
  }
}
