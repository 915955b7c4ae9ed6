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
    return changes.sorted {
      $0.created != $1.created
        ? $0.created < $1.created : (Int64($0.id) ?? 0) < (Int64($1.id) ?? 0)
    }
  }

  /// Who gave an issue the resolution that it has.
  ///
  /// - Parameter id: the issue's id or key.
  /// - Returns: the author of the last change that set a resolution; nil where a later one took it away, there is none, or its author is not known.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func resolver(of id: String) async throws -> JiraUser? {
    for change in try await changes(of: id).reversed() {
      guard
        let item = change.items.last(where: { $0.isOf(id: "resolution", name: "Resolution") })
      else { continue }
      return item.to == nil && item.toText == nil ? nil : change.author
    }
    return nil
  }

  private func pagedChanges(of id: String) async throws -> [IssueChange] {
    var result: [IssueChange] = []
    var seen: Set<String> = []
    var received = 0
    while true {
      let answer = try await perform(
        JiraRequest(
          method: "GET", template: "/issue/{}/changelog", arguments: [id],
          query: [(name: "startAt", value: "\(received)"), (name: "maxResults", value: "100")],
          issue: id))
      let json = try answer.json()
      let page = try answer.list(json["values"], of: "changes", IssueChange.init)
      received += page.count
      let fresh = page.filter { seen.insert($0.id).inserted }
      result += fresh
      // A page with nothing new would come for ever.
      if fresh.isEmpty || json["isLast"]?.bool == true { return result }
      if let total = json["total"]?.integer, received >= total { return result }
    }
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
