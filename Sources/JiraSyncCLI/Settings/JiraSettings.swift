import Jira

/// Which JIRA and which of its projects.
struct JiraSettings: Sendable {
  /// Where JIRA is and who we are there.
  var configuration: JiraConfiguration
  /// The project's key.
  var project: String
}
