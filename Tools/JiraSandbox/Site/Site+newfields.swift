import JSON

extension Site {
  /// The number of the next custom field; those of removed ones may come again.
  var nextFieldNumber: Int { (fields.compactMap(\.customNumber).max() ?? 10_009) + 1 }

  /// A custom field that is on no screen yet, as one just made is.
  ///
  /// - Parameters:
  ///   - name: its name; not unique.
  ///   - type: its kind, with or without the prefix of JIRA's own kinds.
  /// - Returns: the field, which the site does not have yet.
  /// - Throws: `Refusal` with status 400 where there is no such kind.
  func newField(name: String, type: String) throws(Refusal) -> FieldDefinition {
    let suffix =
      type.hasPrefix(FieldDefinition.standardTypes)
      ? String(type.dropFirst(FieldDefinition.standardTypes.count)) : type
    guard let kind = FieldKind(customType: suffix) else {
      throw .field("type", "'\(type)' is not a valid custom field type.")
    }
    guard !name.trimmingBlanks.isEmpty, name.utf16.count <= 255 else {
      throw .field("name", "The name must have 1 to 255 characters.")
    }
    let id = "customfield_\(nextFieldNumber)"
    return FieldDefinition(
      id: id, name: name, kind: kind,
      clauseNames: FieldDefinition.clauseNames(id: id, name: name),
      customType: suffix == kind.customType ? nil : suffix, isOnCreateScreen: false,
      isOnEditScreen: false)
  }

  /// Options of a field, each with an id that no other option of the site has.
  func numbered(_ values: [String], of field: FieldDefinition) -> [FieldOption] {
    let first = firstFreeOption
    return values.enumerated().map { FieldOption(id: "\(first + $0.offset)", value: $0.element) }
  }

  /// The options that an administrator's list names: those that the field has already keep their ids.
  ///
  /// - Parameters:
  ///   - list: texts, or for a cascading field an object with a list of children for each parent.
  ///   - field: the field as it is.
  /// - Returns: the options.
  /// - Throws: `Refusal` with status 400 where it is neither.
  func options(in list: JSON, of field: FieldDefinition) throws(Refusal) -> [FieldOption] {
    var next = firstFreeOption
    func option(_ value: String, below parent: String? = nil) -> FieldOption {
      let known = field.options.first { $0.value == value && $0.parent == parent }
      if let known { return known }
      defer { next += 1 }
      return FieldOption(id: "\(next)", value: value, parent: parent)
    }
    if let values = list.array { return values.compactMap(\.string).map { option($0) } }
    guard let tree = list.object, field.kind == .cascade else {
      throw .badRequest("'options' must be a list of texts.")
    }
    var options: [FieldOption] = []
    for (value, children) in tree.sorted(by: { $0.key < $1.key }) {
      let parent = option(value)
      options.append(parent)
      for child in (children.array ?? []).compactMap(\.string) {
        options.append(option(child, below: parent.id))
      }
    }
    return options
  }

  private var firstFreeOption: Int {
    (fields.flatMap(\.options).compactMap { Int($0.id) }.max() ?? 10_000) + 1
  }
}

extension FieldDefinition {
  /// What JQL calls a custom field.
  static func clauseNames(id: String, name: String) -> [String] {
    let number = id.dropFirst("customfield_".count)
    return id.hasPrefix("customfield_") ? ["cf[\(number)]", name.lowercased()] : [id.lowercased()]
  }
}
