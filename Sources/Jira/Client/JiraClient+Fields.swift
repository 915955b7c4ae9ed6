import JSON

/// What administrators do to fields. Of Cloud; Data Center has only a part of it.
extension JiraClient {
  /// The fields that an issue can be edited in by this account.
  ///
  /// - Parameter id: the issue's id or key.
  /// - Returns: the fields of the edit screen; nil where the issue does not exist, or the account may not see it.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func editMetadata(of id: String) async throws -> [FieldMetadata]? {
    do {
      let answer = try await perform(
        JiraRequest(method: "GET", template: "/issue/{}/editmeta", arguments: [id], issue: id))
      guard let fields = try answer.json()["fields"]?.object else {
        throw answer.unexpected("there are no fields")
      }
      return fields.compactMap { FieldMetadata($0.value, id: $0.key) }
        .sorted { $0.fieldID < $1.fieldID }
    } catch let error as JiraError where error.kind == .notFound {
      return nil
    }
  }

  /// Makes a custom field, which is on no screen yet; needs the right to administer JIRA.
  ///
  /// - Parameters:
  ///   - name: its name; JIRA takes the same name several times.
  ///   - type: the kind, such as `com.atlassian.jira.plugin.system.customfieldtypes:select`.
  ///   - searcher: what makes it searchable.
  ///   - description: what people read beside it.
  /// - Returns: the field.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func createField(
    name: String, type: String, searcher: String, description: String
  ) async throws -> JiraField {
    let answer = try await perform(
      JiraRequest(
        method: "POST", template: "/field",
        body: [
          "name": .string(name), "type": .string(type), "searcherKey": .string(searcher),
          "description": .string(description),
        ], isWrite: true, mustNotRepeat: true))
    guard let field = JiraField(try answer.json()) else {
      throw answer.unexpected("there is no field id")
    }
    return field
  }

  /// The id of the context that holds a field's options for all projects, or else of its first one.
  ///
  /// - Parameter field: the field's id.
  /// - Returns: nil where it has none.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func fieldContext(of field: String) async throws -> String? {
    let contexts = try await pages(
      of: JiraRequest(method: "GET", template: "/field/{}/context", arguments: [field]),
      size: 50, in: ["values"], identifiedBy: \.id
    ) { json in
      json["id"]?.identifier.map { (id: $0, isGlobal: json["isGlobalContext"]?.bool ?? false) }
    }
    return (contexts.first(where: \.isGlobal) ?? contexts.first)?.id
  }

  /// Adds options to a field.
  ///
  /// - Parameters:
  ///   - options: their texts, none of which the field has yet.
  ///   - field: the field's id.
  ///   - context: the id of the context that holds its options.
  ///   - parent: the id of the option above, in a cascading field.
  /// - Returns: the ids of the options by their texts.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func addOptions(
    _ options: [String], to field: String, context: String, below parent: String? = nil
  ) async throws -> [String: String] {
    let body = options.map { text -> JSON in
      var option: [String: JSON] = ["value": .string(text)]
      if let parent { option["optionId"] = .string(parent) }
      return .object(option)
    }
    let answer = try await perform(
      JiraRequest(
        method: "POST", template: "/field/{}/context/{}/option", arguments: [field, context],
        body: ["options": .array(body)], isWrite: true, mustNotRepeat: true))
    let made = try answer.list(try answer.json()["options"], of: "options") { json in
      json["id"]?.identifier.flatMap { id in json["value"]?.string.map { ($0, id) } }
    }
    return Dictionary(made) { first, _ in first }
  }
}
