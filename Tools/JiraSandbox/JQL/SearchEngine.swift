/// Runs queries.
struct SearchEngine: Sendable {
  let site: Site
  let state: SandboxState
  /// What search sees, by id.
  let index: [Int: Issue]
  /// Milliseconds since 1970.
  let now: Int64

  /// What a query finds, in its order.
  ///
  /// - Parameters:
  ///   - jql: the query.
  ///   - caller: who asks; nobody finds nothing, but wrong queries are wrong for him, too, as
  ///     the project is for whoever may not see it.
  ///   - reconciled: ids of issues that are to be seen as they are, not as the index has them.
  ///   - mustBeBounded: whether a query without a condition is refused, as on Cloud.
  ///   - isStrict: whether unknown keys make the query invalid.
  /// - Returns: the places of the issues in their order, and the issues.
  /// - Throws: `Refusal` with status 400 where the query is wrong.
  func find(
    _ jql: String, by caller: Person?, reconciled: [Int] = [], mustBeBounded: Bool,
    isStrict: Bool = true
  ) throws(Refusal) -> SearchResult {
    let query = try JQLParser.parse(jql)
    guard query.condition != nil || !mustBeBounded else {
      throw .badRequest(
        "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
      )
    }
    let compiler = JQLCompiler(
      site: site, caller: caller, dates: JQLDates(zone: zone(of: caller), now: now), state: state,
      isStrict: isStrict && caller != nil)
    let sorter = try JQLSorter(query.order, compiler: compiler)
    var test: JQLCompiler.Test = { _ in true }
    if let condition = query.condition { test = try compiler.test(condition) }
    var result = SearchResult(
      places: [], sorter: sorter, seen: index,
      reconciled: Dictionary(
        reconciled.compactMap { id in state.issues[id].map { (id, $0) } },
        uniquingKeysWith: { first, _ in first }))
    guard caller?.mayBrowse == true else { return result }
    let current = Set(reconciled)
    for (id, issue) in index where !current.contains(id) && !isSecret(id, issue) && test(issue) {
      result.places.append(sorter.cursor(of: issue))
    }
    for issue in result.reconciled.values where !issue.isSecret && test(issue) {
      result.places.append(sorter.cursor(of: issue))
    }
    result.places.sort(by: sorter.isBefore)
    return result
  }

  /// Rights are looked up as they are now, however late the index is.
  private func isSecret(_ id: Int, _ indexed: Issue) -> Bool {
    let issue = state.issues[id] ?? indexed
    return issue.isSecret || issue.isArchived == true
  }

  /// The zone of a caller's profile; the site's where nobody is known.
  private func zone(of caller: Person?) -> Zone {
    guard let caller else { return site.zone }
    return site.zones[caller.accountID] ?? site.zone
  }
}
