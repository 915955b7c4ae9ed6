import JSON

extension FieldRules {
  func option(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    return .string(try optionID(value, of: field))
  }

  /// Reads `{"value": "parent", "child": {"value": "child"}}`; either may be named by id.
  func cascade(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    let parent = try optionID(value, among: field.topOptions, of: field)
    guard let child = value["child"], !child.isNull else { return [.string(parent)] }
    let below = field.option(parent).map { field.options(below: $0) } ?? []
    return [.string(parent), .string(try optionID(child, among: below, of: field))]
  }

  func options(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let elements = value.array else { throw FieldProblem("data was not an array") }
    var ids: [String] = []
    for element in elements {
      let id = try optionID(element, of: field)
      if !ids.contains(id) { ids.append(id) }
    }
    return ids.isEmpty ? nil : .array(ids.map(JSON.string))
  }

  private func optionID(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> String {
    try optionID(value, among: field.options, of: field)
  }

  private func optionID(
    _ value: JSON, among all: [FieldOption], of field: FieldDefinition
  ) throws(FieldProblem) -> String {
    let options = all.filter { !$0.isDisabled }
    if let id = value["id"]?.string {
      guard options.contains(where: { $0.id == id }) else {
        throw FieldProblem("Option id '\(id)' is not valid")
      }
      return id
    }
    guard let text = value["value"]?.string else {
      throw FieldProblem("Specify a valid 'id' or 'value' for \(field.name)")
    }
    guard
      let option = options.first(where: {
        // JIRA compares character by character; Swift would take NFC and NFD for equal.
        $0.value.unicodeScalars.elementsEqual(text.unicodeScalars)
      })
    else {
      throw FieldProblem("Option value '\(text)' is not valid")
    }
    return option.id
  }

  /// People are named by `accountId` on Cloud and by `name` on Data Center.
  func person(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull {
      guard field.id != "reporter" else { throw FieldProblem("Reporter is required.") }
      return nil
    }
    guard value.object != nil else { throw FieldProblem("data was not an object") }
    let member = site.deployment == .cloud ? "accountId" : "name"
    guard let text = value[member]?.string ?? value["id"]?.string else {
      if value[member]?.isNull == true { return nil }
      throw FieldProblem("expected '\(member)' property to be provided")
    }
    let found = site.people.first {
      site.deployment == .cloud ? $0.accountID == text : $0.name == text
    }
    guard let found else { throw FieldProblem("User '\(text)' does not exist.") }
    return .string(found.accountID)
  }

  func people(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let elements = value.array else { throw FieldProblem("data was not an array") }
    var ids: [JSON] = []
    for element in elements {
      guard let id = try person(element, of: field) else { continue }
      if !ids.contains(id) { ids.append(id) }
    }
    return ids.isEmpty ? nil : .array(ids)
  }

  /// The issue above, by key or id.
  func parent(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let name = value["key"]?.string ?? value["id"]?.string else {
      throw FieldProblem("Could not find valid 'id' or 'key' in the parent object.")
    }
    guard let parent = state.issue(name), !parent.isSecret else {
      throw FieldProblem("Could not find issue by id or key.")
    }
    return ["id": .string("\(parent.id)"), "key": .string(parent.key)]
  }

  func priority(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    return .string(try one(value, of: site.priorities, what: "Priority").id)
  }

  func issueType(_ value: JSON) throws(FieldProblem) -> JSON? {
    guard
      let found = site.issueTypes.first(where: {
        $0.id == value["id"]?.string || (value["id"] == nil && $0.name == value["name"]?.string)
      })
    else { throw FieldProblem("Specify a valid issue type") }
    return .string(found.id)
  }

  func project(_ value: JSON) throws(FieldProblem) -> JSON? {
    guard value["id"]?.string == site.projectID || value["key"]?.string == site.projectKey else {
      throw FieldProblem(
        site.deployment == .cloud
          ? "Specify a valid project ID or key" : "valid project is required")
    }
    return .string(site.projectID)
  }

  /// A set of values of one of the site's lists.
  func named(
    _ value: JSON, in list: [NamedValue], what: String
  ) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let elements = value.array else { throw FieldProblem("data was not an array") }
    var ids: [String] = []
    for element in elements {
      let id = try one(element, of: list, what: what).id
      if !ids.contains(id) { ids.append(id) }
    }
    return ids.isEmpty ? nil : .array(ids.map(JSON.string))
  }

  /// Finds a value of one of the site's lists by `id` or `name`.
  ///
  /// - Throws: `FieldProblem` in JIRA's words.
  func one(
    _ value: JSON, of list: [NamedValue], what: String
  ) throws(FieldProblem) -> NamedValue {
    if let id = value["id"]?.string {
      guard let found = list.first(where: { $0.id == id }) else {
        throw FieldProblem("\(what) id '\(id)' is not valid")
      }
      return found
    }
    guard let name = value["name"]?.string else {
      throw FieldProblem(
        "Could not find valid 'id' or 'name' in the \(what.lowercased()) object.")
    }
    guard
      let found = list.first(where: {
        $0.name.lowercased().unicodeScalars.elementsEqual(name.lowercased().unicodeScalars)
      })
    else {
      throw FieldProblem("\(what) name '\(name)' is not valid")
    }
    return found
  }
}
