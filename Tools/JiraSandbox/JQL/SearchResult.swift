/// What a query found.
struct SearchResult: Sendable {
  /// The places of the issues, in order: sorting these moves less than sorting issues.
  var places: [SortCursor]
  let sorter: JQLSorter
  /// The issues as the query saw them, by id.
  let seen: [Int: Issue]
  /// The issues that were to be seen as they are, by id.
  let reconciled: [Int: Issue]

  /// The issues at some places.
  func issues(at places: some Sequence<SortCursor>) -> [Issue] {
    places.compactMap { reconciled[$0.id] ?? seen[$0.id] }
  }
}
