import JSON

/// Writes the state as the API shows it.
struct Renderer: Sendable {
  let site: Site
  let version: APIVersion
  /// The address of the API.
  let api: String
  /// The language that names are shown in.
  let language: Language
  /// Whether a list of values is shown, and not an issue.
  var isList = false

  init(site: Site, call: Call) {
    self.site = site
    self.version = call.version
    self.api = call.api
    language = Language(
      headers: site.heedsForcedLanguage ? call.request.headers : [:], caller: call.caller,
      deployment: site.deployment)
  }

  /// The same for a list of values.
  var ofList: Renderer {
    var renderer = self
    renderer.isList = true
    return renderer
  }

  /// A stored name as it is shown.
  func shown(_ stored: String) -> String { site.translations.shown(stored, in: language) }

  /// Gives a value its shown name and, where Cloud does that, the stored one beside it.
  func name(_ stored: String, in members: inout [String: JSON]) {
    members["name"] = .string(shown(stored))
    let isGiven =
      switch site.storedNames {
      case .everywhere: true
      case .lists: isList
      case .nowhere: false
      }
    guard site.deployment == .cloud, isGiven, shown(stored) != stored else { return }
    members["untranslatedName"] = .string(stored)
  }

  func instant(_ milliseconds: Int64) -> JSON { .string(site.zone.text(of: milliseconds)) }

  func richText(_ text: RichText) -> JSON {
    switch version {
    case .v2: .string(text.markup)
    case .v3: text.document
    }
  }

  func person(_ accountID: String?) -> JSON {
    guard let accountID else { return .null }
    guard let person = site.person(accountID) else {
      return ["accountId": .string(accountID), "active": false, "displayName": "Former user"]
    }
    return self.person(person)
  }

  func person(_ person: Person) -> JSON {
    var members: [String: JSON] = [
      "displayName": .string(person.displayName), "active": true,
      "timeZone": .string(person.timeZone), "emailAddress": .string(person.email),
    ]
    switch site.deployment {
    case .cloud:
      members["self"] = .string("\(api)/user?accountId=\(person.accountID)")
      members["accountId"] = .string(person.accountID)
      members["accountType"] = "atlassian"
    case .server:
      members["self"] = .string("\(api)/user?username=\(person.name)")
      members["name"] = .string(person.name)
      members["key"] = .string(person.name)
    }
    return .object(members)
  }

  func status(_ id: String) -> JSON {
    guard let status = site.status(id) else { return .null }
    let category = status.category
    var members: [String: JSON] = [
      "self": .string("\(api)/status/\(id)"), "id": .string(id),
      "description": "", "iconUrl": .string("\(api)/icons/status.png"),
      "statusCategory": [
        "self": .string("\(api)/statuscategory/\(category.id)"), "id": .integer(category.id),
        "key": .string(category.rawValue), "name": .string(shown(category.name)),
        "colorName": .string(category.colour),
      ],
    ]
    name(status.name, in: &members)
    return .object(members)
  }

  func named(_ id: String?, in list: [NamedValue], path: String) -> JSON {
    guard let value = list.first(where: { $0.id == id }) else { return .null }
    var members: [String: JSON] = [
      "self": .string("\(api)/\(path)/\(value.id)"), "id": .string(value.id),
      "name": .string(value.name),
    ]
    if ["issuetype", "resolution", "priority"].contains(path) { name(value.name, in: &members) }
    if !value.description.isEmpty { members["description"] = .string(value.description) }
    if path == "issuetype" {
      members["subtask"] = false
      members["hierarchyLevel"] = 0
    }
    return .object(members)
  }

  func priority(_ id: String?) -> JSON { named(id, in: site.priorities, path: "priority") }
  func resolution(_ id: String?) -> JSON { named(id, in: site.resolutions, path: "resolution") }
  func issueType(_ id: String) -> JSON { named(id, in: site.issueTypes, path: "issuetype") }
  func version(_ id: String) -> JSON {
    var version = named(id, in: site.versions, path: "version")
    version["archived"] = false
    version["released"] = false
    return version
  }
  func component(_ id: String) -> JSON { named(id, in: site.components, path: "component") }

  func option(_ id: String, of field: FieldDefinition) -> JSON {
    guard let option = field.option(id) else { return .null }
    var members: [String: JSON] = [
      "self": .string("\(api)/customFieldOption/\(id)"), "id": .string(id),
      "value": .string(option.value),
    ]
    if option.isDisabled { members["disabled"] = true }
    return .object(members)
  }

  /// An option and the one below it.
  func cascade(_ ids: [String], of field: FieldDefinition) -> JSON {
    guard let parent = ids.first else { return .null }
    var value = option(parent, of: field)
    if ids.count > 1 { value["child"] = option(ids[1], of: field) }
    return value
  }

  /// What an issue shows of the one above it.
  func parent(_ stored: JSON) -> JSON {
    [
      "id": stored["id"] ?? .null, "key": stored["key"] ?? .null,
      "self": .string("\(api)/issue/\(stored["id"]?.string ?? "")"),
    ]
  }

  func project(isHome: Bool = true) -> JSON {
    let id = isHome ? site.projectID : "10001"
    return [
      "self": .string("\(api)/project/\(id)"), "id": .string(id),
      "key": .string(isHome ? site.projectKey : "ELSEWHERE"),
      "name": .string(isHome ? site.projectName : "Elsewhere"),
      "projectTypeKey": "software", "simplified": false,
    ]
  }

  func comment(_ comment: Comment, of issue: Issue, withProperties: Bool = false) -> JSON {
    var members: [String: JSON] = [
      "self": .string("\(api)/issue/\(issue.id)/comment/\(comment.id)"),
      "id": .string("\(comment.id)"), "author": person(comment.author),
      "updateAuthor": person(comment.updateAuthor), "body": richText(comment.body),
      "created": instant(comment.created), "updated": instant(comment.updated), "jsdPublic": true,
    ]
    if withProperties {
      members["properties"] = .array(
        comment.properties.sorted { $0.key < $1.key }.map {
          ["key": .string($0.key), "value": $0.value]
        })
    }
    return .object(members)
  }

  func comments(
    of issue: Issue, startAt: Int = 0, maxResults: Int = .max, withProperties: Bool = false
  ) -> JSON {
    let shown = issue.comments.dropFirst(startAt).prefix(maxResults)
    return [
      "comments": .array(
        shown.map { comment($0, of: issue, withProperties: withProperties) }),
      "maxResults": .integer(maxResults == .max ? issue.comments.count : maxResults),
      "total": .integer(issue.comments.count), "startAt": .integer(startAt),
      "self": .string("\(api)/issue/\(issue.id)/comment"),
    ]
  }

  func history(_ entry: HistoryEntry) -> JSON {
    [
      "id": .string("\(entry.id)"), "author": person(entry.author),
      "created": instant(entry.created),
      "items": .array(
        entry.items.map { item in
          var members: [String: JSON] = [
            "field": .string(item.field), "fieldtype": item.isCustom ? "custom" : "jira",
            "from": item.from.map(JSON.string) ?? .null,
            "fromString": item.fromText.map(JSON.string) ?? .null,
            "to": item.to.map(JSON.string) ?? .null,
            "toString": item.toText.map(JSON.string) ?? .null,
          ]
          // Data Center has no ids here.
          if site.deployment == .cloud { members["fieldId"] = .string(item.fieldID) }
          return .object(members)
        }),
    ]
  }
}
