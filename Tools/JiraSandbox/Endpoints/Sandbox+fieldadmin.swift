import JSON

extension Sandbox {
  /// Changes the fields of the site as administrators do; a field is named by its id or its name.
  ///
  /// `POST fields` makes one, `PUT fields/<field>` changes it, `POST fields/<field>/duplicate` makes another of the same
  /// name, `DELETE fields/<field>` removes it.
  func administerFields(_ call: Call, _ path: [String]) throws(Refusal) -> SandboxReply {
    switch (call.request.method, path.count) {
    case ("POST", 0):
      let body = try call.json()
      return .json(["id": .string(try makeField(body).id)], status: 201)
    case ("POST", 2) where path[1] == "duplicate":
      let original = try field(path[0])
      let copy = try configure { site throws(Refusal) in
        var copy = original
        copy.id = "customfield_\(site.nextFieldNumber)"
        copy.clauseNames = FieldDefinition.clauseNames(id: copy.id, name: copy.name)
        copy.options = site.numbered(original.options.map(\.value), of: copy)
        site.set(fields: site.fields + [copy])
        return copy
      }
      return .json(["id": .string(copy.id)], status: 201)
    case ("PUT", 1):
      try change(try field(path[0]), try call.json())
      return .noContent
    case ("DELETE", 1):
      let gone = try field(path[0])
      try configure { site in site.set(fields: site.fields.filter { $0.id != gone.id }) }
      return .noContent
    default: throw Sandbox.noSuchPath
    }
  }

  private func field(_ idOrName: String) throws(Refusal) -> FieldDefinition {
    guard
      let found = site.field(idOrName) ?? site.fields.first(where: { $0.name == idOrName })
    else { throw Refusal(status: 404, messages: ["There is no field '\(idOrName)'."]) }
    return found
  }

  /// Makes a custom field that is on all screens.
  private func makeField(_ body: JSON) throws(Refusal) -> FieldDefinition {
    guard let name = body["name"]?.string, let type = body["type"]?.string else {
      throw .badRequest("A field needs 'name' and 'type', such as select or textfield.")
    }
    return try configure { site throws(Refusal) in
      var field = try site.newField(name: name, type: type)
      field.isOnCreateScreen = true
      field.isOnEditScreen = true
      field.options = try site.options(in: body["options"] ?? [], of: field)
      field.isRequired = body["required"]?.bool ?? false
      site.set(fields: site.fields + [field])
      return field
    }
  }

  /// `name`, `required`, `createScreen`, `editScreen`, `options` and `disabledOptions`, as many as are given.
  private func change(_ field: FieldDefinition, _ body: JSON) throws(Refusal) {
    var changed = field
    if let name = body["name"]?.string {
      changed.name = name
      changed.clauseNames = FieldDefinition.clauseNames(id: field.id, name: name)
    }
    changed.isRequired = body["required"]?.bool ?? field.isRequired
    changed.isOnCreateScreen = body["createScreen"]?.bool ?? field.isOnCreateScreen
    changed.isOnEditScreen = body["editScreen"]?.bool ?? field.isOnEditScreen
    if let wanted = body["options"] {
      changed.options = try configure { site throws(Refusal) in
        try site.options(in: wanted, of: field)
      }
    }
    for text in (body["disabledOptions"]?.array ?? []).compactMap(\.string) {
      for place in changed.options.indices where changed.options[place].value == text {
        changed.options[place].isDisabled = true
      }
    }
    let new = changed
    try configure { site in
      site.set(fields: site.fields.map { $0.id == new.id ? new : $0 })
    }
    let gone = Set(field.options.map(\.id)).subtracting(new.options.map(\.id))
    guard !gone.isEmpty else { return }
    // Whoever had a removed option has it no longer.
    try store.change { state in
      for var issue in state.issues.values {
        guard let held = issue.fields[field.id] else { continue }
        let kept = Sandbox.without(gone, held, of: new)
        guard kept != held else { continue }
        issue.fields[field.id] = kept
        state.put(issue)
      }
    }
  }

  private static func without(
    _ gone: Set<String>, _ held: JSON, of field: FieldDefinition
  ) -> JSON? {
    guard let ids = held.array else { return gone.contains(held.string ?? "") ? nil : held }
    if field.kind == .cascade, gone.contains(ids.first?.string ?? "") { return nil }
    let kept = ids.filter { !gone.contains($0.string ?? "") }
    return kept.isEmpty ? nil : .array(kept)
  }
}
