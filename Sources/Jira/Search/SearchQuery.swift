import JSON

/// What is searched for, apart from the page.
struct SearchQuery {
  let jql: JQL
  let fields: [String]
  let properties: [String]
  let maxResults: Int
  let reconcileIssues: [String]

  /// The call for one page.
  func request(at cursor: SearchCursor, dialect: JiraDialect) -> JiraRequest {
    var body: [String: JSON] = [
      "jql": .string(jql.text), "maxResults": .int(max(1, maxResults)),
      "fields": .array((fields.isEmpty ? ["key"] : fields).map(JSON.string)),
    ]
    switch dialect {
    case .cloud:
      if !properties.isEmpty { body["properties"] = .array(properties.map(JSON.string)) }
      if case .token(let token) = cursor { body["nextPageToken"] = .string(token) }
      let ids = reconcileIssues.compactMap { Int($0) }
      if !ids.isEmpty { body["reconcileIssues"] = .array(ids.map(JSON.int)) }
      return JiraRequest(method: "POST", template: "/search/jql", body: .object(body))
    case .dataCenter:
      var start = 0
      if case .startAt(let offset) = cursor { start = offset }
      body["startAt"] = .int(start)
      // An id that is gone must not make the whole query an error.
      body["validateQuery"] = .bool(false)
      return JiraRequest(method: "POST", template: "/search", body: .object(body))
    }
  }
}
