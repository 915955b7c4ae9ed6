import JSON

extension Sandbox {
  /// The most issues of a page that shows nothing but ids and keys.
  private static let longestPageOfIDs = 5000
  private static let mostReconciled = 50
  private static let mostProperties = 5

  private func engine() -> SearchEngine {
    let (state, index) = store.snapshot()
    return SearchEngine(site: site, state: state, index: index, now: options.now())
  }

  func search(_ call: Call) throws(Refusal) -> SandboxReply {
    let query = try SearchRequest(call)
    guard query.reconcile.count <= Sandbox.mostReconciled else {
      throw .badRequest("The maximum number of issues to reconcile is \(Sandbox.mostReconciled).")
    }
    guard query.properties?.count ?? 0 <= Sandbox.mostProperties else {
      throw .badRequest("The maximum number of properties is \(Sandbox.mostProperties).")
    }
    let found = try engine().find(
      query.jql, by: call.caller, reconciled: query.reconcile, mustBeBounded: true)
    var rest = found.places[...]
    if let text = query.pageToken {
      let token = try PageToken(text, for: query.jql)
      rest = rest.drop { !found.sorter.isBefore(token.after, $0) }
    }
    let selection = FieldSelection(query.fields, default: "id")
    let longest = selection.isOnlyIDs ? Sandbox.longestPageOfIDs : options.longestPage
    let page = rest.prefix(max(1, min(query.maxResults ?? 50, longest)))
    let isLast = page.count == rest.count
    var reply: [String: JSON] = [
      "isLast": .bool(isLast),
      "issues": .array(render(found.issues(at: page), selection, query, call)),
    ]
    if !isLast, let last = page.last {
      reply["nextPageToken"] = .string(PageToken(query: query.jql, after: last).text)
    }
    return .json(.object(reply))
  }

  private func render(
    _ issues: [Issue], _ selection: FieldSelection, _ query: SearchRequest, _ call: Call
  ) -> [JSON] {
    let renderer = Renderer(site: site, call: call)
    return issues.map { issue in
      if selection.isOnlyID, site.deployment == .cloud, query.properties == nil,
        query.expand.isEmpty
      {
        return ["id": .string("\(issue.id)")]
      }
      return renderer.issue(
        issue, selection, properties: query.properties, expand: query.expand)
    }
  }

  func count(_ call: Call) throws(Refusal) -> SandboxReply {
    let jql = try call.json()["jql"]?.string ?? ""
    let found = try engine().find(jql, by: call.caller, mustBeBounded: true)
    return .json(["count": .integer(found.places.count)])
  }

  func removedSearch() throws(Refusal) -> SandboxReply {
    throw Refusal(
      status: 410,
      messages: [
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
      ])
  }

  /// The search of Data Center: by offset, with a total, without the need for a condition.
  func searchByOffset(_ call: Call) throws(Refusal) -> SandboxReply {
    let query = try SearchRequest(call)
    let found = try engine().find(
      query.jql, by: call.caller, mustBeBounded: false, isStrict: query.isStrict
    )
    let size = max(0, min(query.maxResults ?? 50, 1000))
    let page = found.places.dropFirst(query.startAt).prefix(size)
    let selection = FieldSelection(query.fields, default: "*navigable")
    return .json([
      "expand": "schema,names", "startAt": .integer(query.startAt),
      "maxResults": .integer(size), "total": .integer(found.places.count),
      "issues": .array(render(found.issues(at: page), selection, query, call)),
    ])
  }
}
