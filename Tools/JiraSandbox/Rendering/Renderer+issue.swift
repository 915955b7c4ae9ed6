import JSON

extension Renderer {
  /// The value of a field as the API shows it.
  func value(of field: FieldDefinition, in issue: Issue) -> JSON {
    let stored = issue.fields[field.id]
    switch field.kind {
    case .text, .url, .number, .day: return stored ?? .null
    case .richText: return RichText(stored: stored).map(richText) ?? .null
    case .instant:
      let instant: Int64? =
        switch field.id {
        case "created": issue.created
        case "updated": issue.updated
        case "resolutiondate": issue.resolved
        default: stored?.int64
        }
      return instant.map(self.instant) ?? .null
    case .option: return stored?.string.map { option($0, of: field) } ?? .null
    case .options:
      guard let ids = stored?.array else { return .null }
      return .array(ids.compactMap(\.string).map { option($0, of: field) })
    case .cascade:
      return stored?.array.map { cascade($0.compactMap(\.string), of: field) } ?? .null
    case .labels: return stored ?? []
    case .people:
      return stored?.array.map { .array($0.compactMap(\.string).map { person($0) }) } ?? .null
    case .person:
      return person(field.id == "creator" ? issue.creator : stored?.string)
    case .priority: return priority(stored?.string)
    case .components:
      return .array((stored?.array ?? []).compactMap(\.string).map(component))
    case .versions:
      return .array((stored?.array ?? []).compactMap(\.string).map(version))
    case .parent: return stored.map(parent) ?? .null
    case .project: return project(isHome: issue.isInProject)
    case .issueType: return issueType(issue.typeID)
    case .status: return status(issue.statusID)
    case .resolution: return resolution(issue.resolutionID)
    case .comments: return comments(of: issue)
    case .key: return .null
    }
  }

  /// An issue as the API shows it.
  ///
  /// - Parameters:
  ///   - issue: the issue.
  ///   - selection: the fields to show.
  ///   - properties: keys of entity properties to show; nil for none.
  ///   - expand: names such as `changelog`.
  /// - Returns: the issue as JSON.
  func issue(
    _ issue: Issue, _ selection: FieldSelection, properties: [String]? = nil,
    expand: Set<String> = []
  ) -> JSON {
    var fields: [String: JSON] = [:]
    for field in site.fields where field.kind != .key && selection.contains(field) {
      fields[field.id] = value(of: field, in: issue)
    }
    var members: [String: JSON] = [
      "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
      "id": .string("\(issue.id)"), "key": .string(issue.key),
      "self": .string("\(api)/issue/\(issue.id)"), "fields": .object(fields),
    ]
    if let properties {
      members["properties"] = .object(
        issue.properties.filter { properties.contains($0.key) || properties == ["*all"] })
    }
    if expand.contains("changelog") {
      // Newest first on Cloud, oldest first on Data Center: clients have to sort.
      let entries = site.deployment == .cloud ? issue.history.reversed() : issue.history
      let shown = entries.prefix(site.deployment == .cloud ? 100 : .max)
      members["changelog"] = [
        "startAt": 0, "maxResults": .integer(shown.count),
        "total": .integer(issue.history.count), "histories": .array(shown.map(history)),
      ]
    }
    if expand.contains("names") {
      members["names"] = .object(
        Dictionary(
          uniqueKeysWithValues: selected(selection).map { ($0.id, .string(shown($0.name))) }))
    }
    if expand.contains("schema") {
      members["schema"] = .object(
        Dictionary(uniqueKeysWithValues: selected(selection).map { ($0.id, $0.schema ?? .null) }))
    }
    if expand.contains("transitions") {
      members["transitions"] = .array(
        site.transitions(from: issue.statusID).map { transition($0, withFields: false) })
    }
    return .object(members)
  }

  private func selected(_ selection: FieldSelection) -> [FieldDefinition] {
    site.fields.filter { $0.kind != .key && selection.contains($0) }
  }

  /// An edge of the workflow as the API shows it.
  func transition(_ transition: Transition, withFields: Bool) -> JSON {
    var members: [String: JSON] = [
      "id": .string(transition.id), "name": .string(transition.name),
      "to": status(transition.to), "hasScreen": .bool(transition.asksForResolution),
      "isGlobal": false, "isInitial": false, "isConditional": false, "isAvailable": true,
    ]
    if withFields {
      members["fields"] =
        transition.asksForResolution
        ? ["resolution": resolutionMeta, "comment": commentMeta] : [:]
    }
    return .object(members)
  }

  private var resolutionMeta: JSON {
    [
      "required": true, "name": .string(shown("Resolution")), "key": "resolution",
      "hasDefaultValue": false,
      "operations": ["set"], "schema": ["type": "resolution", "system": "resolution"],
      "allowedValues": .array(site.resolutions.map { resolution($0.id) }),
    ]
  }

  private var commentMeta: JSON {
    [
      "required": false, "name": .string(shown("Comment")), "key": "comment",
      "hasDefaultValue": false,
      "operations": ["add", "edit", "remove"],
      "schema": ["type": "comments-page", "system": "comment"],
    ]
  }

  /// What may be written to a field, for createmeta and editmeta.
  func meta(_ field: FieldDefinition) -> JSON {
    let operations: [JSON] = field.kind.takesAdditions ? ["add", "set", "remove"] : ["set"]
    var members: [String: JSON] = [
      "fieldId": .string(field.id), "key": .string(field.id), "name": .string(shown(field.name)),
      "required": .bool(
        field.isRequired || ["summary", "project", "issuetype"].contains(field.id)),
      "hasDefaultValue": .bool(["priority", "reporter"].contains(field.id)),
      "operations": .array(operations), "schema": field.schema ?? .null,
    ]
    switch field.kind {
    case .option, .options:
      members["allowedValues"] = .array(field.options.map { option($0.id, of: field) })
    case .cascade: members["allowedValues"] = .array(field.topOptions.map { tree($0, of: field) })
    case .versions: members["allowedValues"] = .array(site.versions.map { version($0.id) })
    case .priority: members["allowedValues"] = .array(site.priorities.map { priority($0.id) })
    case .components: members["allowedValues"] = .array(site.components.map { component($0.id) })
    case .project: members["allowedValues"] = [project()]
    case .issueType: members["allowedValues"] = .array(site.issueTypes.map { issueType($0.id) })
    default: break
    }
    return .object(members)
  }

  /// An option with those below it.
  private func tree(_ parent: FieldOption, of field: FieldDefinition) -> JSON {
    var value = option(parent.id, of: field)
    value["children"] = .array(field.options(below: parent).map { option($0.id, of: field) })
    return value
  }
}
