import JSON

extension JiraClient {
  /// The most issues that a page can have when fields are asked for.
  public static let pageLimit = 100

  /// Searches, page by page.
  ///
  /// The index lags behind the database by seconds to minutes, in which issues it finds and in what it says of them: take
  /// the ids from here and the truth from `issues(ids:fields:properties:)`.
  ///
  /// - Parameters:
  ///   - jql: the query; Cloud refuses one without a condition.
  ///   - fields: the ids of the fields to fetch; none fetches ids and keys only.
  ///   - properties: the keys of the entity properties to fetch, at most five.
  ///   - maxResults: the most issues of a page; JIRA may give fewer. Cloud allows 5,000 where only ids are fetched.
  ///   - reconcileIssues: ids of at most 50 issues whose last write the search must see (Cloud only).
  /// - Returns: the pages, each fetched when it is asked for.
  public func search(
    jql: JQL, fields: [String], properties: [String] = [], maxResults: Int = pageLimit,
    reconcileIssues: [String] = []
  ) -> SearchPages {
    SearchPages(
      client: self,
      query: SearchQuery(
        jql: jql, fields: fields, properties: properties, maxResults: maxResults,
        reconcileIssues: reconcileIssues))
  }

  /// Fetches one page and notes in `paging` where the next one begins.
  func page(of query: SearchQuery, paging: inout SearchPaging) async throws -> [Issue]? {
    guard let cursor = paging.cursor else { return nil }
    let answer = try await perform(query.request(at: cursor, dialect: dialect))
    let json = try answer.json()
    var issues = try answer.list(json["issues"], of: "issues", Issue.init)
    let envelope: SearchPaging.Envelope =
      switch dialect {
      case .cloud: .tokens(next: json["nextPageToken"]?.string, isLast: json["isLast"]?.bool)
      case .dataCenter:
        .offsets(startAt: json["startAt"]?.integer, total: json["total"]?.integer)
      }
    do throws(SearchPaging.Failure) {
      try paging.received(issues.count, envelope)
    } catch {
      throw answer.unexpected("\(error)")
    }
    if dialect == .dataCenter && !query.properties.isEmpty {
      issues = try await addingProperties(query.properties, to: issues)
    }
    return issues
  }

  /// Data Center's search knows nothing of properties.
  private func addingProperties(_ keys: [String], to issues: [Issue]) async throws -> [Issue] {
    var result: [Issue] = []
    for var issue in issues {
      for key in keys where issue.properties[key] == nil {
        issue.properties[key] = try await property(key, of: issue.id)
      }
      result.append(issue)
    }
    return result
  }
}
