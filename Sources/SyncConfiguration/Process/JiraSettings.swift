import Jira

/// Which JIRA and which of its projects.
package struct JiraSettings: Sendable {
  /// Where JIRA is and who we are there.
  package var configuration: JiraConfiguration
  /// The project's key.
  package var project: String

  /// Describes a project.
  package init(configuration: JiraConfiguration, project: String) {
    self.configuration = configuration
    self.project = project
  }
}
