import JSON

extension JiraClient {
  /// The history of an issue, oldest entry first.
  ///
  /// - Parameter id: the issue's id or key.
  /// - Returns: the entries; JIRA gives them in no order to rely on, so they are sorted by time and id.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func changes(of id: String) async throws -> [IssueChange] {
    let changes =
      switch dialect {
      case .cloud: try await pagedChanges(of: id)
      case .dataCenter: try await expandedChanges(of: id)
      }
    return IssueChange.sorted(changes)
  }

  /// Who gave an issue the resolution that it has; where its workflow sets none, who gave it its status.
  ///
  /// - Parameter id: the issue's id or key.
  /// - Returns: the author of the last change that set a resolution; where none did, or a later one took it away, of the
  ///   last change of the status since; nil where there is none, or its author is not known.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func resolver(of id: String) async throws -> JiraUser? {
    var mover: JiraUser?
    var hasMoved = false
    for change in try await changes(of: id).reversed() {
      if let item = change.items.last(where: { $0.isOf(id: "resolution", name: "Resolution") }) {
        return item.to == nil && item.toText == nil ? mover : change.author
      }
      guard !hasMoved, change.items.contains(where: { $0.isOf(id: "status", name: "Status") })
      else { continue }
      mover = change.author
      hasMoved = true
    }
    return mover
  }

  private func pagedChanges(of id: String) async throws -> [IssueChange] {
    try await pages(
      of: JiraRequest(
        method: "GET", template: "/issue/{}/changelog", arguments: [id], issue: id),
      size: 100, in: ["values"], identifiedBy: \.id, IssueChange.init)
  }

  private func expandedChanges(of id: String) async throws -> [IssueChange] {
    let answer = try await perform(
      JiraRequest(
        method: "GET", template: "/issue/{}", arguments: [id],
        query: [(name: "fields", value: "id"), (name: "expand", value: "changelog")], issue: id))
    return try answer.list(
      try answer.json()["changelog"]?["histories"], of: "changes", IssueChange.init)
  }
}
