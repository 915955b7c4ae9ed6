import JSON

extension JiraClient {
  /// What the site says of itself.
  public func serverInfo() async throws -> ServerInfo {
    let answer = try await perform(JiraRequest(method: "GET", template: "/serverInfo"))
    guard let info = ServerInfo(try answer.json()) else {
      throw answer.unexpected("there is neither a version nor an address nor a deployment type")
    }
    if let time = info.serverTime { clock.told(time) }
    return info
  }

  /// Who the client is to JIRA: the way to find out whether the credentials are believed.
  public func myself() async throws -> JiraUser {
    let answer = try await perform(JiraRequest(method: "GET", template: "/myself"))
    guard let user = JiraUser(try answer.json()) else {
      throw answer.unexpected("there is no account id and no name")
    }
    account.remember(user.id)
    return user
  }

  /// A project and its issue types.
  ///
  /// - Parameter key: the project's key or id.
  /// - Returns: the project.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func project(_ key: String) async throws -> JiraProject {
    let answer = try await perform(
      JiraRequest(method: "GET", template: "/project/{}", arguments: [key]))
    guard let project = JiraProject(try answer.json()) else {
      throw answer.unexpected("there is no project id or no key")
    }
    return project
  }

  /// Every field of the site.
  public func fields() async throws -> [JiraField] {
    let answer = try await perform(JiraRequest(method: "GET", template: "/field"))
    return try answer.list(try answer.json(), of: "fields", JiraField.init)
  }

  /// Every status that this account can see.
  public func statuses() async throws -> [IssueStatus] {
    let answer = try await perform(JiraRequest(method: "GET", template: "/status"))
    return try answer.list(try answer.json(), of: "statuses", IssueStatus.init)
  }

  /// The statuses that the workflows of a project have, each once.
  ///
  /// - Parameter project: the project's key or id.
  /// - Returns: the statuses, in the order in which they are first named.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func statuses(project: String) async throws -> [IssueStatus] {
    let answer = try await perform(
      JiraRequest(method: "GET", template: "/project/{}/statuses", arguments: [project]))
    let perType = try answer.list(try answer.json(), of: "issue types") { $0["statuses"] }
    var seen: Set<String> = []
    var result: [IssueStatus] = []
    for list in perType {
      for status in try answer.list(list, of: "statuses", IssueStatus.init)
      where seen.insert(status.id).inserted {
        result.append(status)
      }
    }
    return result
  }

  /// Which of some permissions this account has.
  ///
  /// - Parameters:
  ///   - permissions: their keys, such as `BROWSE_PROJECTS`, `CREATE_ISSUES`, `EDIT_ISSUES`.
  ///   - project: the key of the project they are asked for; nil asks for the site.
  /// - Returns: by key; a permission that JIRA does not know is false.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func myPermissions(
    _ permissions: [String], project: String? = nil
  ) async throws -> [String: Bool] {
    var query = [(name: "permissions", value: permissions.joined(separator: ","))]
    if let project { query.append((name: "projectKey", value: project)) }
    let answer = try await perform(
      JiraRequest(method: "GET", template: "/mypermissions", query: query))
    guard let found = try answer.json()["permissions"]?.object else {
      throw answer.unexpected("there are no permissions")
    }
    return Dictionary(
      permissions.map { ($0, found[$0]?["havePermission"]?.bool ?? false) }
    ) { first, _ in first }
  }

  /// The fields of the screen on which issues are created.
  ///
  /// - Parameters:
  ///   - project: the project's key or id.
  ///   - issueTypeID: the issue type's id.
  /// - Returns: nil where the site does not tell: neither page by page nor, as Data Center before 8.4, all at once; or no
  ///   field at all, as to an account that may not create issues.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func createMetadata(
    project: String, issueTypeID: String
  ) async throws -> [FieldMetadata]? {
    do {
      // Cloud says `fields`, Data Center `values`, and `results` is in Atlassian's description.
      let fields = try await pages(
        of: JiraRequest(
          method: "GET", template: "/issue/createmeta/{}/issuetypes/{}",
          arguments: [project, issueTypeID]),
        size: 200, in: ["fields", "values", "results"], identifiedBy: \.fieldID
      ) {
        FieldMetadata($0)
      }
      // A screen has a summary at least.
      return fields.isEmpty ? nil : fields
    } catch let error as JiraError where error.kind == .notFound && dialect == .dataCenter {
      return try await oldCreateMetadata(project: project, issueTypeID: issueTypeID)
    } catch let error as JiraError where error.saysNothingOfScreens {
      return nil
    }
  }

  /// The form that Data Center had until version 9: everything in one answer, the fields as an object by their ids.
  private func oldCreateMetadata(
    project: String, issueTypeID: String
  ) async throws -> [FieldMetadata]? {
    let isID = project.allSatisfy { $0.isASCII && $0.isNumber }
    let request = JiraRequest(
      method: "GET", template: "/issue/createmeta",
      query: [
        (name: isID ? "projectIds" : "projectKeys", value: project),
        (name: "issuetypeIds", value: issueTypeID),
        (name: "expand", value: "projects.issuetypes.fields"),
      ])
    let answer: JiraAnswer
    do {
      answer = try await perform(request)
    } catch let error as JiraError where error.kind == .notFound {
      return nil
    }
    let types = try answer.json()["projects"]?[0]?["issuetypes"]?.array ?? []
    guard
      let fields = types.first(where: { $0["id"]?.identifier == issueTypeID })?["fields"]?.object
    else { return nil }
    return try fields.sorted { $0.key < $1.key }.map { id, field throws(JiraError) in
      guard let metadata = FieldMetadata(field, id: id) else {
        throw answer.unexpected("one of the fields is malformed")
      }
      return metadata
    }
  }
}

extension JiraError {
  /// Whether a site does not tell its screens to this account; what is wrong with a creation, the creation is told.
  fileprivate var saysNothingOfScreens: Bool {
    switch kind {
    case .notFound, .gone, .forbidden, .invalid: true
    default: false
    }
  }
}
