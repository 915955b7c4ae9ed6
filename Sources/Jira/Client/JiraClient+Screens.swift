import JSON

extension JiraClient {
  /// The screens on which issues of a type are made and edited in a project; needs the right to administer JIRA.
  ///
  /// - Parameters:
  ///   - projectID: the project's id.
  ///   - issueTypeID: the issue type's id.
  /// - Returns: the screens' ids, each once; empty where the project has no scheme of screens, as team-managed ones.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func screens(projectID: String, issueTypeID: String) async throws -> [String] {
    let schemes = try await values(
      "/issuetypescreenscheme/project", [(name: "projectId", value: projectID)])
    guard let scheme = schemes.first?["issueTypeScreenScheme"]?["id"]?.identifier else {
      return []
    }
    let mappings = try await values(
      "/issuetypescreenscheme/mapping", [(name: "issueTypeScreenSchemeId", value: scheme)])
    func mapping(_ type: String) -> JSON? {
      mappings.first { $0["issueTypeId"]?.identifier == type }
    }
    guard
      let id = (mapping(issueTypeID) ?? mapping("default"))?["screenSchemeId"]?.identifier
    else { return [] }
    let screens = try await values("/screenscheme", [(name: "id", value: id)])
      .first?["screens"]
    let fallback = screens?["default"]?.identifier
    var ids: [String] = []
    for name in ["create", "edit", "view"] {
      guard let screen = screens?[name]?.identifier ?? fallback, !ids.contains(screen) else {
        continue
      }
      ids.append(screen)
    }
    return ids
  }

  /// Puts a field on the first tab of a screen.
  ///
  /// - Parameters:
  ///   - field: the field's id.
  ///   - screen: the screen's id.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func add(field: String, toScreen screen: String) async throws {
    let answer = try await perform(
      JiraRequest(method: "GET", template: "/screens/{}/tabs", arguments: [screen]))
    let tabs = try answer.list(try answer.json(), of: "tabs") { $0["id"]?.identifier }
    guard let tab = tabs.first else { throw answer.unexpected("the screen has no tab") }
    _ = try await perform(
      JiraRequest(
        method: "POST", template: "/screens/{}/tabs/{}/fields", arguments: [screen, tab],
        body: ["fieldId": .string(field)], isWrite: true))
  }

  private func values(
    _ path: String, _ query: [(name: String, value: String)]
  ) async throws -> [JSON] {
    try await pages(
      of: JiraRequest(method: "GET", template: path, query: query), size: 100, in: ["values"],
      identifiedBy: \.text
    ) { $0 }
  }
}
