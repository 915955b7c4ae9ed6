import JSON

/// An issue to create.
public struct IssueDraft: Sendable, Hashable {
  /// The fields by id, as JIRA takes them; project and issue type are among them.
  public var fields: [String: JSON]
  /// Entity properties by key, which are set with the creation or not at all.
  public var properties: [String: JSON]

  /// Describes an issue to create.
  ///
  /// - Parameters:
  ///   - fields: the fields by id.
  ///   - properties: entity properties by key.
  public init(fields: [String: JSON], properties: [String: JSON] = [:]) {
    self.fields = fields
    self.properties = properties
  }

  var json: JSON {
    var body: [String: JSON] = ["fields": .object(fields)]
    if !properties.isEmpty { body["properties"] = properties.asPropertyList }
    return .object(body)
  }
}

extension [String: JSON] {
  /// Entity properties as JIRA takes them in a body: `[{"key": …, "value": …}]`.
  var asPropertyList: JSON {
    .array(
      sorted { $0.key < $1.key }.map { .object(["key": .string($0.key), "value": $0.value]) })
  }
}
