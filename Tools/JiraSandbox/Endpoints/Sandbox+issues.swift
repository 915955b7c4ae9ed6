import JSON

extension Sandbox {
  private static let longestBulk = 50
  private static let mostFetched = 100

  /// The issue of a request, for people who may see it.
  ///
  /// - Throws: `Refusal` with status 404; on Data Center with 403 where a security level hides it.
  func issue(_ call: Call, _ idOrKey: String) throws(Refusal) -> Issue {
    _ = try call.viewer()
    guard let issue = store.read({ $0.issue(idOrKey) }) else { throw .noSuchIssue }
    guard !issue.isSecret else {
      // Cloud does not say that there is one.
      guard site.deployment == .server else { throw .noSuchIssue }
      throw Refusal(
        status: 403, messages: ["You do not have the permission to see the specified issue."])
    }
    return issue
  }

  /// The issue of a request that changes it, for people who may.
  ///
  /// - Throws: `Refusal` with status 404 or 403.
  func editable(_ call: Call, _ idOrKey: String) throws(Refusal) -> Issue {
    let issue = try issue(call, idOrKey)
    guard try call.viewer().mayEdit else {
      throw Refusal(
        status: 403, messages: ["You do not have permission to edit issues in this project."])
    }
    guard issue.isArchived != true else {
      throw .badRequest("You can't edit an archived issue.")
    }
    return issue
  }

  func get(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let issue = try issue(call, idOrKey)
    return .json(
      Renderer(site: site, call: call).issue(
        issue, FieldSelection(call.list("fields"), default: "*all"),
        properties: call.list("properties"), expand: Set(call.list("expand") ?? [])))
  }

  func create(_ call: Call) throws(Refusal) -> SandboxReply {
    let author = try creator(call)
    let body = try call.json()
    return .json(try create(body, by: author, call), status: 201)
  }

  private func creator(_ call: Call) throws(Refusal) -> Person {
    guard let caller = call.caller else {
      throw Refusal(
        status: 401,
        messages: ["You do not have permission to create issues in this project."],
        headers: [("WWW-Authenticate", "OAuth realm=\"\(call.base)\"")])
    }
    guard caller.has(permission: "CREATE_ISSUES") else {
      throw .field(
        "project",
        site.deployment == .cloud
          ? "Specify a valid project ID or key" : "valid project is required")
    }
    return caller
  }

  private func create(_ body: JSON, by author: Person, _ call: Call) throws(Refusal) -> JSON {
    var problems = Refusal(status: 400)
    let fields = body["fields"] ?? [:]
    let missing = [
      (
        "project",
        site.deployment == .cloud ? "Specify a valid project ID or key" : "project is required"
      ),
      ("issuetype", site.deployment == .cloud ? "Specify an issue type" : "issue type is required"),
      ("summary", "You must specify a summary of the issue."),
    ]
    for (id, message) in missing where fields[id] == nil && body["update"]?[id] == nil {
      problems.errors[id] = message
    }
    for field in site.fields where field.isRequired && field.isOnCreateScreen {
      let isGiven = fields[field.id].map { !$0.isNull && $0 != [] } ?? false
      if !isGiven, body["update"]?[field.id] == nil {
        problems.errors[field.id] = "\(field.name) is required."
      }
    }
    let reader = IssueReader(
      site: site, version: call.version, screen: .create, state: store.read { $0 })
    var change = IssueChange()
    do throws(Refusal) { change = try reader.read(body, current: [:]) } catch {
      problems.messages += error.messages
      problems.errors.merge(error.errors) { first, _ in first }
    }
    guard problems.errors.isEmpty, problems.messages.isEmpty else { throw problems }
    let properties = try Sandbox.properties(in: body)
    let (site, now) = (site, options.now())
    let checked = site.stored(change, of: .create)
    let issue = try store.change { state throws(Refusal) in
      IssueRules(site: site).create(
        checked, properties: properties, by: author.accountID, at: now, in: &state)
    }
    return [
      "id": .string("\(issue.id)"), "key": .string(issue.key),
      "self": .string("\(call.api)/issue/\(issue.id)"),
    ]
  }

  func createMany(_ call: Call) throws(Refusal) -> SandboxReply {
    let author = try creator(call)
    guard let updates = try call.json()["issueUpdates"]?.array, !updates.isEmpty else {
      throw .badRequest("issueUpdates must be an array with at least one element.")
    }
    guard updates.count <= Sandbox.longestBulk else {
      throw .badRequest(
        "The maximum number of issues that can be created at once is \(Sandbox.longestBulk).")
    }
    var created: [JSON] = []
    var errors: [JSON] = []
    for (place, body) in updates.enumerated() {
      do throws(Refusal) { created.append(try create(body, by: author, call)) } catch {
        errors.append([
          "status": .integer(error.status), "elementErrors": error.body,
          "failedElementNumber": .integer(place),
        ])
      }
    }
    return .json(
      ["issues": .array(created), "errors": .array(errors)], status: created.isEmpty ? 400 : 201)
  }

  func fetchMany(_ call: Call) throws(Refusal) -> SandboxReply {
    let body = try call.json()
    guard let wanted = body["issueIdsOrKeys"]?.array?.compactMap(\.string), !wanted.isEmpty else {
      throw .badRequest("issueIdsOrKeys must not be empty.")
    }
    guard wanted.count <= Sandbox.mostFetched else {
      throw .badRequest(
        "The maximum number of issues that can be fetched at once is \(Sandbox.mostFetched).")
    }
    let renderer = Renderer(site: site, call: call)
    let selection = FieldSelection(
      body["fields"]?.array?.compactMap(\.string), default: "*navigable")
    let expand = Set(body["expand"]?.array?.compactMap(\.string) ?? [])
    let properties = body["properties"]?.array?.compactMap(\.string)
    var found: [Int: Issue] = [:]
    var errors: [JSON] = []
    let isKnown = call.browser != nil
    let issues = store.read { state in wanted.map { isKnown ? state.issue($0) : nil } }
    for (name, issue) in zip(wanted, issues) {
      if let issue, !issue.isSecret {
        found[issue.id] = issue
      } else {
        errors.append([
          "id": .string(name), "errorMessage": .string(Refusal.noSuchIssue.messages[0]),
        ])
      }
    }
    let shown = found.values.sorted { $0.id < $1.id }
      .map { renderer.issue($0, selection, properties: properties, expand: expand) }
    return .json(["issues": .array(shown), "issueErrors": .array(errors)])
  }

  func edit(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let author = try call.viewer()
    _ = try editable(call, idOrKey)
    if !call.flag("notifyUsers", default: true), !author.isAdministrator {
      throw .badRequest(
        "To discard the user notification either admin or project admin permissions are required.")
    }
    let body = try call.json()
    let properties = try Sandbox.properties(in: body)
    let (site, now, version) = (site, options.now(), call.version)
    let edited = try store.change { state throws(Refusal) in
      guard let current = state.issue(idOrKey) else { throw .noSuchIssue }
      let reader = IssueReader(site: site, version: version, screen: .edit, state: state)
      let change = site.stored(try reader.read(body, current: current.fields), of: .edit)
      var edited = IssueRules(site: site).edit(
        current, change, by: author.accountID, at: now, in: &state)
      if !properties.isEmpty {
        edited.properties.merge(properties) { _, new in new }
        state.put(edited)
      }
      return edited
    }
    guard call.flag("returnIssue", default: false) else { return .noContent }
    return .json(
      Renderer(site: site, call: call).issue(
        edited, FieldSelection(nil, default: "*all"), expand: Set(call.list("expand") ?? [])))
  }

  func delete(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    _ = try editable(call, idOrKey)
    try store.change { state throws(Refusal) in
      guard let issue = state.issue(idOrKey) else { throw .noSuchIssue }
      state.remove(issue.id)
    }
    return .noContent
  }

  func changelog(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let issue = try issue(call, idOrKey)
    let startAt = try call.number("startAt", default: 0)
    let size = min(100, max(1, try call.number("maxResults", default: 100)))
    let renderer = Renderer(site: site, call: call)
    let page = issue.history.dropFirst(startAt).prefix(size)
    return .json([
      "self": .string("\(call.api)/issue/\(issue.id)/changelog"), "startAt": .integer(startAt),
      "maxResults": .integer(size), "total": .integer(issue.history.count),
      "isLast": .bool(startAt + page.count >= issue.history.count),
      "values": .array(page.map(renderer.history)),
    ])
  }
}
