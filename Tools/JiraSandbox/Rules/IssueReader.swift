import JSON

/// Reads the `fields` and `update` of a request, whole or not at all.
struct IssueReader: Sendable {
  let site: Site
  let rules: FieldRules
  let screen: Screen

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - site: what fields there are.
  ///   - version: the version of the API, which decides how documents are written.
  ///   - screen: where the request comes from.
  ///   - state: what issues there are, for fields that name some.
  init(site: Site, version: APIVersion, screen: Screen, state: SandboxState) {
    self.site = site
    self.rules = FieldRules(site: site, version: version, state: state)
    self.screen = screen
  }

  /// Reads a request.
  ///
  /// - Parameters:
  ///   - body: the request's body.
  ///   - current: the issue's fields, for `add` and `remove`.
  /// - Returns: what the request sets, in kept form.
  /// - Throws: `Refusal` that names every field at fault.
  func read(_ body: JSON, current: [String: JSON]) throws(Refusal) -> IssueChange {
    let fields = body["fields"]?.object ?? [:]
    let update = body["update"]?.object ?? [:]
    var problems = Refusal(status: 400)
    var change = IssueChange()
    for (id, value) in fields {
      if update[id] != nil {
        problems.errors[id] =
          "Field '\(id)' cannot be set in both 'fields' and 'update'. Only one is allowed."
        continue
      }
      do throws(FieldProblem) { try set(id, to: value, in: &change) } catch {
        note(error, for: id, in: &problems)
      }
    }
    for (id, operations) in update {
      do throws(FieldProblem) {
        try apply(operations, to: id, current: current[id], in: &change)
      } catch { note(error, for: id, in: &problems) }
    }
    guard problems.messages.isEmpty, problems.errors.isEmpty else { throw problems }
    return change
  }

  private func note(_ problem: FieldProblem, for id: String, in refusal: inout Refusal) {
    if problem.concernsRequest {
      if !refusal.messages.contains(problem.message) { refusal.messages.append(problem.message) }
    } else {
      refusal.errors[id] = problem.message
    }
  }

  private func field(_ id: String) throws(FieldProblem) -> FieldDefinition {
    guard let field = site.field(id), screen.has(field) else {
      throw FieldProblem(Refusal.notOnScreen(id))
    }
    return field
  }

  private func set(
    _ id: String, to value: JSON, in change: inout IssueChange
  ) throws(FieldProblem) {
    let field = try field(id)
    if field.kind == .resolution {
      change.resolutionID = try rules.one(value, of: site.resolutions, what: "Resolution").id
    } else {
      let parsed = try rules.parse(value, for: field)
      guard parsed != nil || !field.isRequired else {
        throw FieldProblem("\(field.name) is required.")
      }
      change.values[id] = .some(parsed)
    }
  }

  private func apply(
    _ operations: JSON, to id: String, current: JSON?, in change: inout IssueChange
  ) throws(FieldProblem) {
    guard let operations = operations.array else { throw FieldProblem("data was not an array") }
    if id == "comment" {
      guard screen.takesComments else { throw FieldProblem(Refusal.notOnScreen(id)) }
      for operation in operations { change.newComments.append(try comment(operation["add"])) }
      return
    }
    let field = try field(id)
    var value = current
    for operation in operations {
      guard let (verb, argument) = operation.object?.first, operation.object?.count == 1 else {
        throw FieldProblem("Every operation must have exactly one of 'set', 'add' and 'remove'.")
      }
      switch verb {
      case "set":
        try set(id, to: argument, in: &change)
        value = change.values[id] ?? nil
      case "add", "remove":
        guard field.kind.takesAdditions else {
          throw FieldProblem("Field '\(id)' does not support operation '\(verb)'.")
        }
        let elements = try rules.parse([argument], for: field)?.array ?? []
        var kept = (value?.array ?? []).filter { !elements.contains($0) }
        if verb == "add" {
          kept = (value?.array ?? []) + elements.filter { !(value?.array ?? []).contains($0) }
        }
        value = kept.isEmpty ? nil : .array(kept)
        change.values[id] = .some(value)
      default: throw FieldProblem("Field '\(id)' does not support operation '\(verb)'.")
      }
    }
  }

  private func comment(_ value: JSON?) throws(FieldProblem) -> IssueChange.NewComment {
    guard let value, let body = value["body"] else {
      throw FieldProblem("Comment body can not be empty!")
    }
    var comment = IssueChange.NewComment(body: try rules.document(body))
    for property in value["properties"]?.array ?? [] {
      guard let key = property["key"]?.string else { continue }
      comment.properties[key] = property["value"] ?? .null
    }
    return comment
  }
}
