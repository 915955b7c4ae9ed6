/// The pages that JIRA shows to a browser, whose addresses people copy.
enum JiraPage {
  /// Where a page begins in a path; what stands before is the context path of a Data Center.
  ///
  /// - Parameters:
  ///   - path: the parts of the path.
  ///   - isCloud: whether the host is one of JIRA Cloud, which has no context path.
  /// - Returns: nil where the path holds no page that is known.
  static func start(in path: [String], isCloud: Bool) -> Int? {
    let names = path.map { $0.lowercased() }
    // Cloud has its own pages below /jira, which is a context path elsewhere.
    if names.count > 1, names[0] == "jira",
      cloud.contains(names[1]) || (isCloud && names[1] == "projects")
    {
      return 0
    }
    return names.firstIndex { name in
      pages.contains(name) || name.hasSuffix(".jspa") || name.hasSuffix(".jsp")
    }
  }

  private static let pages: Set = [
    "rest", "browse", "secure", "projects", "issues", "plugins", "servicedesk", "login",
  ]

  private static let cloud: Set = [
    "software", "core", "servicedesk", "your-work", "for-you", "dashboards", "people", "settings",
    "filters", "plans", "apps", "discovery", "polaris", "what-s-new", "boards",
  ]
}

/// Where a page of a search begins.
public enum SearchCursor: Sendable, Hashable {
  /// At the beginning.
  case first
  /// Where a token says (Cloud).
  case token(String)
  /// After so many issues (Data Center).
  case startAt(Int)
}
