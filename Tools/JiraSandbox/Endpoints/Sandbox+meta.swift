import JSON

extension Sandbox {
  func createMetaTypes(_ call: Call, _ project: String) throws(Refusal) -> SandboxReply {
    try checkProject(call, project)
    let renderer = Renderer(site: site, call: call)
    return try page(
      call, site.issueTypes.map { renderer.issueType($0.id) }, named: "issueTypes")
  }

  func createMetaFields(
    _ call: Call, _ project: String, _ type: String
  ) throws(Refusal) -> SandboxReply {
    try checkProject(call, project)
    guard site.issueTypes.contains(where: { $0.id == type }) else {
      throw .badRequest("The issue type with id '\(type)' does not exist in this project.")
    }
    let renderer = Renderer(site: site, call: call)
    return try page(
      call, site.fields.filter(\.isOnCreateScreen).map(renderer.meta), named: "fields")
  }

  func editMeta(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    _ = try issue(call, idOrKey)
    let renderer = Renderer(site: site, call: call)
    // The id stands before each, not in it.
    let fields = site.fields.filter(\.isOnEditScreen).map { field in
      var meta = renderer.meta(field)
      meta["fieldId"] = nil
      return (field.id, meta)
    }
    return .json(["fields": .object(Dictionary(uniqueKeysWithValues: fields))])
  }

  /// A page of a list; Data Center calls the list `values` whatever it holds.
  private func page(
    _ call: Call, _ all: [JSON], named name: String
  ) throws(Refusal) -> SandboxReply {
    let startAt = try call.number("startAt", default: 0)
    let size = min(200, max(1, try call.number("maxResults", default: 50)))
    let shown = all.dropFirst(startAt).prefix(size)
    var reply: [String: JSON] = [
      "startAt": .integer(startAt), "maxResults": .integer(size), "total": .integer(all.count),
    ]
    switch site.deployment {
    case .cloud: reply[name] = .array(Array(shown))
    case .server:
      reply["values"] = .array(Array(shown))
      reply["isLast"] = .bool(startAt + shown.count >= all.count)
    }
    return .json(.object(reply))
  }
}
