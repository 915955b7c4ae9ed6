import JSON

extension JiraClient {
  /// People whose name or address begins with a text.
  ///
  /// All users' search endpoints of a tenant share one limit, so that answers are worth keeping. None at all may mean that this
  /// account lacks the permission Browse users.
  ///
  /// - Parameters:
  ///   - text: what is looked for.
  ///   - limit: how many at the most.
  /// - Returns: the people, active or not.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func users(matching text: String, limit: Int = 50) async throws -> [JiraUser] {
    let answer = try await perform(
      JiraRequest(
        method: "GET", template: "/user/search",
        query: [
          (name: dialect == .cloud ? "query" : "username", value: text),
          (name: "maxResults", value: "\(limit)"),
        ]))
    return try answer.list(try answer.json(), of: "users", JiraUser.init)
  }

  /// A person.
  ///
  /// - Parameter id: `accountId` on Cloud, `name` on Data Center.
  /// - Returns: nil where there is none, or none that this account may see.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func user(_ id: String) async throws -> JiraUser? {
    do {
      let answer = try await perform(
        JiraRequest(
          method: "GET", template: "/user",
          query: [(name: dialect == .cloud ? "accountId" : "username", value: id)]))
      guard let user = JiraUser(try answer.json()) else {
        throw answer.unexpected("there is no account id and no name")
      }
      return user
    } catch let error as JiraError where error.kind == .notFound {
      return nil
    }
  }
}
