/// The pages of a search, fetched one after another.
public struct SearchPages: AsyncSequence, Sendable {
  /// A page's issues.
  public typealias Element = [Issue]

  let client: JiraClient
  let query: SearchQuery

  /// Fetches the pages.
  public struct Iterator: AsyncIteratorProtocol {
    let client: JiraClient
    let query: SearchQuery
    var paging = SearchPaging()

    /// The issues of the next page, which may be none; nil after the last page.
    public mutating func next() async throws -> [Issue]? {
      try await client.page(of: query, paging: &paging)
    }

    /// Where the page after this one begins; nil when there is none.
    public var cursor: SearchCursor? { paging.cursor }
  }

  /// Begins at the first page.
  public func makeAsyncIterator() -> Iterator { Iterator(client: client, query: query) }

  /// All issues of all pages, each once.
  ///
  /// An issue that changes while the pages are fetched may be on two of them; the later is kept.
  ///
  /// - Parameter limit: the most issues to fetch; nil fetches all.
  /// - Returns: the issues in the order in which they were first met.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func all(limit: Int? = nil) async throws -> [Issue] {
    var positions: [String: Int] = [:]
    var result: [Issue] = []
    for try await page in self {
      for issue in page {
        if let position = positions[issue.id] {
          result[position] = issue
        } else {
          positions[issue.id] = result.count
          result.append(issue)
        }
      }
      if let limit, result.count >= limit { return Array(result.prefix(limit)) }
    }
    return result
  }
}
