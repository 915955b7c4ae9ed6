import Jira
import Mapping
import Planning

/// A JIRA site that was reached and understood: everything that work on it needs.
public struct Site: Sendable {
  /// Speaks the site's dialect.
  public let client: JiraClient
  /// Where issues are made.
  public let project: JiraProject
  /// What is made.
  public let issueType: JiraProject.IssueType
  /// The mapping against the site's fields.
  public let mapping: ResolvedMapping
  /// Who we are to JIRA.
  public let account: JiraUser
  /// When its fields were read.
  public let readAt: ContinuousClock.Instant

  /// Describes a site.
  public init(
    client: JiraClient, project: JiraProject, issueType: JiraProject.IssueType,
    mapping: ResolvedMapping, account: JiraUser, readAt: ContinuousClock.Instant = .now
  ) {
    self.client = client
    self.project = project
    self.issueType = issueType
    self.mapping = mapping
    self.account = account
    self.readAt = readAt
  }

  /// The issues that rows may adopt.
  var adoptionScope: AdoptionScope {
    AdoptionScope(
      siteURL: mapping.siteURL, project: project,
      issueType: mapping.mapping.adoptsOnlyIssueType ? issueType : nil)
  }
}
