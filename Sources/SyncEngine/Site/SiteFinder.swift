import Jira
import Mapping
import Postgres

/// Finds out what a JIRA site is like and how the mapping fits it; writes nothing on either side.
public struct SiteFinder: Sendable {
  private let client: JiraClient
  private let projectKey: String
  private let mapping: Mapping
  private let store: SiteStore

  /// Prepares to look; nothing is sent.
  ///
  /// - Parameters:
  ///   - client: how JIRA is called; which JIRA it is, the site is asked.
  ///   - project: the key of the project.
  ///   - mapping: what is kept in sync.
  ///   - database: what remembers which site it belongs to.
  public init(client: JiraClient, project: String, mapping: Mapping, database: PostgresClient) {
    self.client = client
    projectKey = project
    self.mapping = mapping
    store = SiteStore(database: database)
  }

  /// Looks.
  ///
  /// - Returns: the site, with the mapping against its fields.
  /// - Throws: `SiteError` where a person has to change something, `JiraError`, `PostgresError`.
  public func find() async throws -> Site {
    let (mapping, bound) = try await store.prepare(
      mapping, baseURL: client.configuration.siteURL, project: projectKey)
    let site = try await Self.find(
      client: try await client.located(), project: projectKey, mapping: mapping)
    try await bound?.check(is: site.project, configured: projectKey, client: site.client)
    return site
  }

  /// Looks at JIRA alone.
  ///
  /// - Parameters:
  ///   - client: how JIRA is called, in the dialect of the site.
  ///   - key: the key of the project.
  ///   - mapping: what is kept in sync.
  /// - Returns: the site, with the mapping against its fields.
  /// - Throws: `SiteError` where a person has to change something, `JiraError`.
  public static func find(
    client: JiraClient, project key: String, mapping: Mapping
  ) async throws -> Site {
    let address = client.configuration.siteURL
    // JIRA answers wrong credentials as an anonymous user, so this comes first.
    let account = try await client.myself()
    let project: JiraProject
    do {
      project = try await client.project(key)
    } catch let error as JiraError where error.kind == .notFound {
      throw SiteError.noProject(key, site: address)
    }
    var fields = try await client.fields()
    let names = try await client.names(
      for: account, project: project, fields: &fields, needsStatuses: mapping.needsStatuses,
      needsPriorities: mapping.needsPriorities)
    let type = try project.issueType(named: mapping.issueType, names: names)
    let metadata = try await client.createMetadata(project: project.key, issueTypeID: type.id)
    var resolved: ResolvedMapping
    do {
      resolved = try .resolve(
        mapping, fields: fields, createMetadata: metadata, projectID: project.id,
        dialect: client.dialect, names: names)
    } catch {
      throw SiteError.mapping(error)
    }
    resolved.siteURL = address
    for place in resolved.fields.indices where resolved.fields[place].type == .parent {
      resolved.fields[place].parentProject = project.key
    }
    return Site(
      client: client, project: project, issueType: type, mapping: resolved, account: account)
  }
}
