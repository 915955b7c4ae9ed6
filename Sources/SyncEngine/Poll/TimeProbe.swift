import Jira

/// Tries out whether a site reads an unquoted number in a search as milliseconds since 1970, which Atlassian does not document.
struct TimeProbe: Sendable {
  let client: JiraClient
  let issueID: String

  /// Asks for an issue by the very seconds in which the index says that it was changed.
  ///
  /// - Returns: whether it was found; nil where the issue changes too fast or does not show.
  func result() async throws -> Bool? {
    for _ in 0..<2 {
      let before: Int64
      do {
        guard let shown = try await updated(JQL.ids([issueID])) else { return nil }
        before = shown
      } catch let error as JiraError where error.kind == .invalid {
        // JIRA refuses a search for an id that is gone; that says nothing of times.
        return nil
      }
      let found: Int64?
      do {
        found = try await updated(
          .ids([issueID])
            .and(.instant(.updated, .greaterOrEqual, before - 2_000))
            .and(.instant(.updated, .lessOrEqual, before + 2_000)))
      } catch let error as JiraError where error.kind == .invalid {
        return false
      }
      if found != nil { return true }
      // Changed between the two looks, perhaps: only a second no counts.
      guard try await updated(JQL.ids([issueID])) != before else { return false }
    }
    return nil
  }

  private func updated(_ jql: JQL) async throws -> Int64? {
    try await client.search(jql: jql, fields: ["updated"], maxResults: 2).all(limit: 2)
      .first { $0.id == issueID }?.updated
  }
}

/// How a time is written in a search.
enum TimeForm: Sendable, Hashable {
  /// As milliseconds since 1970, which mean the same to everybody.
  case absolute
  /// To the minute, in the zone of the account's profile; nil where JIRA does not tell which one that is.
  case minutes(zone: String?)
}
