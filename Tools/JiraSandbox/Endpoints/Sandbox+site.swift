import JSON

extension Sandbox {
  func serverInfo(_ call: Call) -> SandboxReply {
    var info: [String: JSON] = [
      "baseUrl": .string(call.base), "serverTitle": "JIRA sandbox",
      "serverTime": .string(site.zone.text(of: options.now())),
      "serverTimeZone": .string(site.zoneName),
    ]
    switch site.deployment {
    case .cloud:
      info["deploymentType"] = "Cloud"
      info["version"] = "1001.0.0-SNAPSHOT"
      info["versionNumbers"] = [1001, 0, 0]
      info["buildNumber"] = 100_290
    case .server:
      info["deploymentType"] = "Server"
      info["version"] = "9.12.4"
      info["versionNumbers"] = [9, 12, 4]
      info["buildNumber"] = 9_120_004
    }
    return .json(.object(info))
  }

  /// All fields; an unknown user sees only those of the system.
  func fields(_ call: Call) -> SandboxReply {
    let shown = site.fields.filter { call.caller != nil || !$0.isCustom }
    let renderer = Renderer(site: site, call: call)
    return .json(.array(shown.map { describe($0, renderer) }))
  }

  /// A field as the list of fields has it.
  func describe(_ field: FieldDefinition, _ renderer: Renderer) -> JSON {
    var members: [String: JSON] = [
      "id": .string(field.id), "name": .string(renderer.shown(field.name)),
      "custom": .bool(field.isCustom),
      "orderable": .bool(field.isOnEditScreen), "navigable": .bool(field.isNavigable),
      "searchable": true, "clauseNames": .array(clauseNames(of: field).map(JSON.string)),
    ]
    if site.deployment == .cloud {
      members["key"] = .string(field.id)
      if field.isCustom { members["untranslatedName"] = .string(field.name) }
    }
    // JIRA describes the parent only where an issue is made.
    if let schema = field.schema, field.kind != .parent { members["schema"] = schema }
    return .object(members)
  }

  private func clauseNames(of field: FieldDefinition) -> [String] {
    guard let number = field.customNumber else { return field.clauseNames }
    return ["cf[\(number)]", field.name]
  }

  func statuses(_ call: Call) -> SandboxReply {
    let renderer = Renderer(site: site, call: call).ofList
    return .json(.array(call.caller == nil ? [] : site.statuses.map { renderer.status($0.id) }))
  }

  func list(
    _ call: Call, _ values: [NamedValue], _ render: (Renderer, String) -> JSON
  ) -> SandboxReply {
    let renderer = Renderer(site: site, call: call).ofList
    return .json(.array(call.caller == nil ? [] : values.map { render(renderer, $0.id) }))
  }

  func allProjects(_ call: Call) -> SandboxReply {
    .json(.array(call.browser == nil ? [] : [Renderer(site: site, call: call).project()]))
  }

  func projects(_ call: Call) -> SandboxReply {
    let query = call.parameter("query")?.lowercased() ?? ""
    let keys = call.list("keys")
    let isWanted =
      call.browser != nil && (keys?.contains(site.projectKey) ?? true)
      && (query.isEmpty || site.projectKey.lowercased().contains(query)
        || site.projectName.lowercased().contains(query))
    let values = isWanted ? [Renderer(site: site, call: call).project()] : []
    return .json([
      "self": .string("\(call.api)/project/search"), "startAt": 0, "maxResults": 50,
      "total": .integer(values.count), "isLast": true, "values": .array(values),
    ])
  }

  /// - Throws: `Refusal` with status 404 where there is no such project, or nobody is known.
  func checkProject(_ call: Call, _ idOrKey: String) throws(Refusal) {
    let names = [site.projectID, site.projectKey] + site.formerProjectKeys
    guard call.browser != nil, names.contains(idOrKey) else {
      throw Refusal(
        status: 404, messages: ["No project could be found with key '\(idOrKey)'."])
    }
  }

  func project(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    try checkProject(call, idOrKey)
    let renderer = Renderer(site: site, call: call).ofList
    var project = renderer.project()
    project["description"] = "Where the sandbox keeps its issues."
    project["issueTypes"] = .array(site.issueTypes.map { renderer.issueType($0.id) })
    project["components"] = .array(site.components.map { renderer.component($0.id) })
    project["lead"] = renderer.person(site.people.first?.accountID)
    project["versions"] = .array(site.versions.map { renderer.version($0.id) })
    project["roles"] = [:]
    return .json(project)
  }

  func projectStatuses(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    try checkProject(call, idOrKey)
    let renderer = Renderer(site: site, call: call).ofList
    let statuses = JSON.array(site.statuses.map { renderer.status($0.id) })
    return .json(
      .array(
        site.issueTypes.map { type in
          var members: [String: JSON] = ["statuses": statuses]
          for name in ["self", "id", "name", "untranslatedName", "subtask"] {
            members[name] = renderer.issueType(type.id)[name]
          }
          return .object(members)
        }))
  }

  /// - Throws: `Refusal` with status 404 where they are asked for a project that the caller does not see.
  func permissions(_ call: Call) throws(Refusal) -> SandboxReply {
    if call.caller != nil, let project = call.parameter("projectKey") ?? call.parameter("projectId")
    {
      try checkProject(call, project)
    }
    let all = [
      "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS",
      "DELETE_ISSUES", "ASSIGN_ISSUES", "RESOLVE_ISSUES", "ADMINISTER", "ADMINISTER_PROJECTS",
    ]
    let asked = call.list("permissions") ?? all
    var permissions: [String: JSON] = [:]
    for (place, key) in all.enumerated() where asked.contains(key) {
      let has = call.caller?.has(permission: key) ?? false
      permissions[key] = [
        "id": .string("\(place + 10)"), "key": .string(key), "name": .string(key),
        "havePermission": .bool(has),
      ]
    }
    return .json(["permissions": .object(permissions)])
  }

  func people(_ call: Call) throws(Refusal) -> SandboxReply {
    _ = try call.person()
    let renderer = Renderer(site: site, call: call)
    let accountID = call.parameter("accountId")
    let query = (call.parameter("query") ?? call.parameter("username") ?? "").lowercased()
    guard accountID != nil || call.parameter("query") != nil || call.parameter("username") != nil
    else { throw .badRequest("You must specify a query parameter or accountId.") }
    let found = site.people.filter { person in
      if let accountID { return person.accountID == accountID }
      return [person.displayName, person.email].contains { $0.lowercased().contains(query) }
    }
    return .json(.array(found.map(renderer.person)))
  }
}
