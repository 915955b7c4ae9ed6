import JSON

extension JiraClient {
  /// Fetches all pages of a list that is paged by offset.
  ///
  /// It ends with the last page by any account: JIRA says so, all were received, or a page brings nothing new, as those of
  /// a broken server would for ever.
  ///
  /// - Parameters:
  ///   - request: the call, without `startAt` and `maxResults`.
  ///   - size: the most elements of a page.
  ///   - names: the members under one of which the list comes.
  ///   - identify: what tells one element from another.
  ///   - read: reads an element; nil where it is malformed.
  /// - Returns: the elements in the order in which they came, each once.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  func pages<Element>(
    of request: JiraRequest, size: Int, in names: [String],
    identifiedBy identify: (Element) -> String, _ read: (JSON) -> Element?
  ) async throws -> [Element] {
    var result: [Element] = []
    var seen: Set<String> = []
    var received = 0
    while true {
      var page = request
      page.query.append((name: "startAt", value: "\(received)"))
      page.query.append((name: "maxResults", value: "\(size)"))
      let answer = try await perform(page)
      let json = try answer.json()
      let list = names.lazy.compactMap { json[$0] }.first
      let elements = try answer.list(list, of: names[0], read)
      received += elements.count
      let fresh = elements.filter { seen.insert(identify($0)).inserted }
      result += fresh
      if fresh.isEmpty || json["isLast"]?.bool == true { return result }
      if let total = json["total"]?.integer, received >= total { return result }
    }
  }
}
