import Jira

/// Reads what a site is like, call by call, and keeps what was answered: an attempt that fails in the middle goes on from there.
actor SiteReader {
  private var dialect: JiraClient?
  private var account: JiraUser?
  private var projects: [String: JiraProject] = [:]
  private var fields: [JiraField]?
  private var screens: [String: [FieldMetadata]?] = [:]
  private let begun = ContinuousClock.now

  /// What was read is believed for so long.
  private static let longest = Duration.seconds(120)

  /// Whether what was kept is too old to go on with.
  var isStale: Bool { .now - begun > Self.longest }

  /// The client in the dialect of the site.
  func speaking(_ client: JiraClient) async throws -> JiraClient {
    if let dialect { return client.speaking(dialect.dialect) }
    let found = try await persisting { try await client.detectingDialect() }
    dialect = found
    return found
  }

  /// Who we are to JIRA.
  func account(_ client: JiraClient) async throws -> JiraUser {
    if let account { return account }
    let found = try await persisting { try await client.myself() }
    account = found
    return found
  }

  /// A project and its issue types.
  func project(_ key: String, _ client: JiraClient) async throws -> JiraProject {
    if let project = projects[key] { return project }
    let found = try await persisting { try await client.project(key) }
    projects[key] = found
    return found
  }

  /// Every field of the site.
  func fields(_ client: JiraClient) async throws -> [JiraField] {
    if let fields { return fields }
    let found = try await persisting { try await client.fields() }
    fields = found
    return found
  }

  /// The fields of the screen on which issues are created.
  func screen(
    project: String, issueTypeID: String, _ client: JiraClient
  ) async throws -> [FieldMetadata]? {
    let name = "\(project) \(issueTypeID)"
    if let screen = screens[name] { return screen }
    let found = try await persisting {
      try await client.createMetadata(project: project, issueTypeID: issueTypeID)
    }
    screens[name] = .some(found)
    return found
  }
}
