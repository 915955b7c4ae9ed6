import JSON

/// What a screen — of creation or of a transition — says of a field.
public struct FieldMetadata: Sendable, Hashable {
  /// The field's id.
  public var fieldID: String
  /// The field's name.
  public var name: String
  /// Whether it must have a value.
  public var isRequired: Bool
  /// Whether JIRA fills it by itself.
  public var hasDefaultValue: Bool
  /// What it holds.
  public var schema: FieldSchema?
  /// The values it can take, as JIRA describes them; nil where they are not limited.
  public var allowedValues: [JSON]?
  /// What may be done with it, such as `set`, `add` and `remove`.
  public var operations: [String]

  /// Describes a field of a screen.
  public init(
    fieldID: String, name: String, isRequired: Bool, hasDefaultValue: Bool,
    schema: FieldSchema? = nil, allowedValues: [JSON]? = nil, operations: [String] = ["set"]
  ) {
    self.fieldID = fieldID
    self.name = name
    self.isRequired = isRequired
    self.hasDefaultValue = hasDefaultValue
    self.schema = schema
    self.allowedValues = allowedValues
    self.operations = operations
  }

  /// The texts of the values it can take: `value` of options, else `name`.
  public var allowedNames: [String]? {
    allowedValues?.compactMap { $0["value"]?.string ?? $0["name"]?.string }
  }

  init?(_ json: JSON, id: String? = nil) {
    guard let fieldID = id ?? json["fieldId"]?.string ?? json["key"]?.string else { return nil }
    self.init(
      fieldID: fieldID, name: json["name"]?.string ?? fieldID,
      isRequired: json["required"]?.bool ?? false,
      hasDefaultValue: json["hasDefaultValue"]?.bool ?? false,
      schema: json["schema"].flatMap(FieldSchema.init),
      allowedValues: json["allowedValues"]?.array,
      operations: (json["operations"]?.array ?? []).compactMap(\.string))
  }
}
