import Jira
import Mapping

/// Why a site cannot be worked on, where waiting would be of no use: a person has to change something.
public enum SiteError: Error, Sendable, CustomStringConvertible {
  /// The database is linked to another site or project.
  case otherSite(linked: String, linkedProject: String, configured: String, project: String)
  /// There is no such project, or the account may not see it.
  case noProject(String, site: String)
  /// There is no JIRA at the address, but at one above it.
  case wrongAddress(String, base: String)
  /// The project has no such issue type.
  case noIssueType(String, project: String, available: [String], ids: [String])
  /// The mapping does not fit the site.
  case mapping(MappingError)
  /// The table lacks columns that nothing can be done without.
  case missingColumns([String])

  /// What was found, where, and what to change.
  public var description: String {
    switch self {
    case .otherSite(let linked, let linkedProject, let configured, let project):
      """
      this database is linked to project \(linkedProject) on \(linked), but JIRA_BASE_URL and JIRA_PROJECT say project \
      \(project) on \(configured). An issue id of one site names another issue on the other site. Point them back, or use \
      another database.
      """
    case .noProject(let key, let site):
      """
      JIRA_PROJECT is \(key), but \(site) has no such project, or this account may not see it. Check the key, and that \
      the account has the permission Browse projects.
      """
    case .wrongAddress(let address, let base):
      """
      JIRA_BASE_URL is \(address), where there is no JIRA. It may be the address of a page for a browser: \(base) is where JIRA \
      answers. Set JIRA_BASE_URL to that.
      """
    case .noIssueType(let name, let project, let available, let ids):
      """
      project \(project) has no issue type \(name); it has \(available.joined(separator: ", ")) (ids \
      \(ids.joined(separator: ", "))). Set issue_type in jira-sync.yaml to one of these names or ids.
      """
    case .mapping(let error): "\(error)"
    case .missingColumns(let columns):
      """
      public.file_audit lacks \(columns.joined(separator: ", ")), without which nothing can be synced. Add them, then \
      start again.
      """
    }
  }
}
