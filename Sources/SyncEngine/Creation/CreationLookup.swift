import FoundationEssentials
import Jira
import Postgres

/// Searches for issues whose creation got no answer: among those that the account made at that time, by the marker in the
/// issue's property and by nothing else.
///
/// Times are counted back from now by JIRA's own clock, from ages that the database measured: no two clocks are compared.
struct CreationLookup: Sendable {
  /// A creation that is searched for.
  struct Wanted: Sendable, Hashable {
    let marker: UUID
    /// How long ago its intent was committed.
    let age: Duration
  }

  /// A stretch of time, in minutes back from now.
  struct Window: Sendable, Hashable {
    let from: Int
    /// Nil reaches until now.
    var to: Int?
  }

  /// How far before the intent the search begins.
  static let margin = Duration.seconds(300)
  /// So long after the intent no call is under way any more: the deadline of a run, the time-out of a call, and a margin.
  static let span = Duration.seconds(900)

  let site: Site
  let database: PostgresClient

  /// Searches.
  ///
  /// - Parameter wanted: the creations.
  /// - Returns: the issues that were found, by their markers.
  /// - Throws: `JiraError`, `PostgresError`.
  func find(_ wanted: [Wanted]) async throws -> [UUID: [Issue]] {
    var found: [UUID: [Issue]] = [:]
    let markers = Set(wanted.map(\.marker))
    for window in Self.windows(wanted.map(\.age)) {
      for issue in try await candidates(window) {
        guard let marker = IssueMarker(issue.properties[IssueMarker.property])?.marker,
          markers.contains(marker)
        else { continue }
        found[marker, default: []].append(issue)
      }
    }
    return found
  }

  /// The issues that the account made in a stretch of time and that no link has, with their properties.
  func candidates(_ window: Window) async throws -> [Issue] {
    var query = try JQL.project(site.project.key).and(.createdByCaller)
      .and(.minutesAgo(.created, .greaterOrEqual, window.from))
    if let to = window.to { query = query.and(try .minutesAgo(.created, .lessOrEqual, to)) }
    let isCloud = site.client.dialect == .cloud
    let all = try await site.client.search(
      jql: query, fields: ["created"], properties: isCloud ? [IssueMarker.property] : [],
      maxResults: isCloud ? JiraClient.pageLimit : 1_000
    ).all()
    let known = try await linked(all.map(\.id))
    var result = all.filter { !known.contains($0.id) }
    guard !isCloud else { return result }
    // Data Center's search returns no properties: each is read, of the few that no link has.
    for place in result.indices {
      result[place].properties[IssueMarker.property] = try await site.client.property(
        IssueMarker.property, of: result[place].id)
    }
    return result
  }

  private func linked(_ ids: [String]) async throws -> Set<String> {
    let rows = try await database.query(
      "select issue_id from jira_sync.links where issue_id = any(\(ids)::text[])",
      doing: "reading which of \(ids.count) issues are linked"
    ).rows
    return try Set(rows.map { try $0.get("issue_id") })
  }

  /// The stretches of time to search in: creations of about the same time share one.
  static func windows(_ ages: [Duration]) -> [Window] {
    var groups: [(newest: Duration, oldest: Duration)] = []
    for age in ages.sorted() {
      if let last = groups.indices.last, age - groups[last].oldest <= span {
        groups[last].oldest = age
      } else {
        groups.append((age, age))
      }
    }
    return groups.map { group in
      let end = minutes(group.newest - span)
      return Window(from: minutes(group.oldest + margin) + 1, to: end > 0 ? end : nil)
    }
  }

  private static func minutes(_ duration: Duration) -> Int {
    Int(duration.components.seconds / 60)
  }

  /// Makes sure that what was not found could have been seen: JIRA still believes the account, and shows it the project.
  static func proveSight(of site: Site) async throws {
    _ = try await site.client.myself()
    _ = try await site.client.project(site.project.id)
  }
}

extension JiraError {
  /// Whether the answer says what the account may see, and nothing of which issues there are.
  var saysNothingOfIssues: Bool {
    switch kind {
    case .unauthorized, .captcha, .forbidden, .invalid, .notFound, .gone, .redirected: true
    case .network, .timeout, .rateLimited, .unavailable, .conflict, .unexpectedAnswer, .unreadable,
      .cancelled, .circuitOpen:
      false
    }
  }
}
