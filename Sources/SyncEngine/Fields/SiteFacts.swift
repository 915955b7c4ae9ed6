import Jira

/// What a site says of its fields, as far as a mapping has to do with them.
public struct SiteFacts: Sendable {
  /// Where issues are made.
  public var project: JiraProject
  /// What is made.
  public var issueType: JiraProject.IssueType
  /// The site's family.
  public var dialect: JiraDialect
  /// Every field of the site.
  public var fields: [JiraField]
  /// The fields of the create screen; nil where the site does not say.
  public var createMetadata: [FieldMetadata]?
  /// The fields of the edit screen; nil where there is no issue yet that could be asked.
  public var editMetadata: [FieldMetadata]?
  /// The statuses of the project's workflows.
  public var statuses: [IssueStatus]
  /// What statuses, resolutions, priorities and issue types are called.
  public var names: SiteNames

  /// The issue that is asked for the edit screen, which is an issue's and not a project's.
  public enum Sample: Sendable, Hashable {
    /// No issue: the edit screen does not matter.
    case none
    /// An issue of ours, by its id.
    case issue(String)
    /// Any issue of the type in the project.
    case any
  }

  /// Asks a site: five calls, and one or two for the edit screen.
  ///
  /// - Parameters:
  ///   - client: speaks the site's dialect.
  ///   - projectKey: the project's key.
  ///   - issueType: the name of the type of the issues that are made.
  ///   - sample: the issue that is asked for the edit screen.
  /// - Returns: what the site says.
  /// - Throws: `SiteError` where project or issue type are not there, `JiraError`.
  public static func read(
    _ client: JiraClient, project projectKey: String, issueType: String, sample: Sample
  ) async throws -> SiteFacts {
    // JIRA answers wrong credentials as an anonymous user, so this comes first.
    _ = try await client.myself()
    let project: JiraProject
    do {
      project = try await client.project(projectKey)
    } catch let error as JiraError where error.kind == .notFound {
      throw SiteError.noProject(projectKey, site: client.configuration.baseURL)
    }
    var fields = try await client.fields()
    let names = try await client.names(
      for: try await client.myself(), project: project, fields: &fields, needsStatuses: true,
      needsPriorities: true)
    let type = try project.issueType(named: issueType, names: names)
    var edit: [FieldMetadata]?
    switch sample {
    case .none: break
    case .issue(let id): edit = try await client.editMetadata(of: id)
    case .any:
      if let id = try await anyIssue(of: type, in: project, client) {
        edit = try await client.editMetadata(of: id)
      }
    }
    return SiteFacts(
      project: project, issueType: type, dialect: client.dialect,
      fields: fields,
      createMetadata: try await client.createMetadata(
        project: project.key, issueTypeID: type.id),
      editMetadata: edit, statuses: try await client.statuses(project: project.key),
      names: names)
  }

  private static func anyIssue(
    of type: JiraProject.IssueType, in project: JiraProject, _ client: JiraClient
  ) async throws -> String? {
    let jql = try JQL.project(project.key).and(.compare(.named("issuetype"), .equal, type.id))
    return try await client.search(jql: jql, fields: ["summary"], maxResults: 1).all(limit: 1)
      .first?.id
  }

  /// The fields of the site that a name of the project can mean.
  var visibleFields: [JiraField] {
    fields.filter { $0.scopeProjectID == nil || $0.scopeProjectID == project.id }
  }
}
