import Jira

/// The project that the database is linked to, where the configuration names it by another key.
struct BoundProject: Sendable, Hashable {
  /// The key that it was configured by.
  var key: String
  /// Its id, which a rename does not change; nil where an earlier version did not note it.
  var id: String?

  /// Makes sure that a project of the site is the one of the links.
  ///
  /// - Parameters:
  ///   - project: the project that is configured, as JIRA found it.
  ///   - configured: the key in the configuration.
  ///   - client: asks JIRA for the old key where the id was not noted; JIRA finds a project under keys that it had before.
  /// - Throws: `SiteError.otherSite` where it is another one, `JiraError`.
  func check(is project: JiraProject, configured: String, client: JiraClient) async throws {
    var known = id
    if known == nil {
      do {
        known = try await client.project(key).id
      } catch let error as JiraError where error.kind == .notFound {
        // Then nothing says that the two are the same.
      }
    }
    guard known == project.id else {
      let site = client.configuration.siteURL
      throw SiteError.otherSite(
        linked: site, linkedProject: key, configured: site, project: configured)
    }
  }
}
