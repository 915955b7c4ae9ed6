import JSON

extension JiraClient {
  /// The resolutions of the site.
  ///
  /// - Returns: the resolutions; empty where the site does not tell them to this account.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func resolutions() async throws -> [TranslatedName] {
    try await values("/resolution", of: "resolutions")
  }

  /// The priorities of the site.
  ///
  /// - Returns: the priorities; empty where the site does not tell them to this account.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func priorities() async throws -> [TranslatedName] {
    try await values("/priority", of: "priorities")
  }

  /// What values and fields of the site are called: in English, and in the account's language where that is another one.
  ///
  /// - Parameters:
  ///   - account: who the client is.
  ///   - project: the project as it was read.
  ///   - fields: the fields as they were read; they get the names that the account sees.
  ///   - needsStatuses: whether statuses and resolutions are mapped.
  ///   - needsPriorities: whether priorities are mapped.
  /// - Returns: the names.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func names(
    for account: JiraUser, project: JiraProject, fields: inout [JiraField], needsStatuses: Bool,
    needsPriorities: Bool
  ) async throws -> SiteNames {
    var names = SiteNames()
    names.issueTypes = NameList(project.issueTypes.map(\.names))
    try await read(&names, project.id, statuses: needsStatuses, priorities: needsPriorities)
    guard !account.isEnglish else { return names }
    let own = asking(in: .account)
    for type in try await own.project(project.id).issueTypes { names.issueTypes.add(type.names) }
    try await own.read(&names, project.id, statuses: needsStatuses, priorities: needsPriorities)
    let shown = Dictionary(try await own.fields().map { ($0.id, $0.name) }) { first, _ in first }
    for index in fields.indices {
      if let name = shown[fields[index].id] { fields[index].otherNames.insert(name) }
    }
    return names
  }

  private func read(
    _ names: inout SiteNames, _ project: String, statuses: Bool, priorities: Bool
  ) async throws {
    if statuses {
      do {
        for status in try await self.statuses(project: project) { names.statuses.add(status.names) }
      } catch let error as JiraError where error.saysNothingOfNames {
        // Then statuses are known by what each answer says of them.
      }
      for value in try await resolutions() { names.resolutions.add(value) }
    }
    if priorities { for value in try await self.priorities() { names.priorities.add(value) } }
  }

  private func values(_ path: String, of what: String) async throws -> [TranslatedName] {
    do {
      let answer = try await perform(JiraRequest(method: "GET", template: path))
      return try answer.list(try answer.json(), of: what, TranslatedName.init)
    } catch let error as JiraError where error.kind == .gone || error.kind == .notFound {
      // The list without pages is deprecated on Cloud.
      guard dialect == .cloud else { return [] }
      return try await pagedValues(path)
    } catch let error as JiraError where error.saysNothingOfNames {
      return []
    }
  }

  private func pagedValues(_ path: String) async throws -> [TranslatedName] {
    do {
      return try await pages(
        of: JiraRequest(method: "GET", template: path + "/search"), size: 50, in: ["values"],
        identifiedBy: \.id, TranslatedName.init)
    } catch let error as JiraError where error.saysNothingOfNames {
      return []
    }
  }
}

extension JiraError {
  /// Whether a site does not tell a list of values to this account.
  fileprivate var saysNothingOfNames: Bool {
    switch kind {
    case .notFound, .gone, .forbidden, .invalid, .unexpectedAnswer: true
    default: false
    }
  }
}
