import JSON

/// What a field holds, as JIRA describes it.
public struct FieldSchema: Sendable, Hashable {
  /// The type, such as `string`, `number`, `array` or `option`.
  public var type: String
  /// The type of an array's elements.
  public var items: String?
  /// The kind of custom field, such as `com.atlassian.jira.plugin.system.customfieldtypes:select`.
  public var custom: String?
  /// The number in `customfield_N`.
  public var customID: Int?
  /// The name of a system field.
  public var system: String?

  /// Describes a field's content.
  public init(
    type: String, items: String? = nil, custom: String? = nil, customID: Int? = nil,
    system: String? = nil
  ) {
    self.type = type
    self.items = items
    self.custom = custom
    self.customID = customID
    self.system = system
  }

  init?(_ json: JSON) {
    guard let type = json["type"]?.string else { return nil }
    self.init(
      type: type, items: json["items"]?.string, custom: json["custom"]?.string,
      customID: json["customId"]?.integer, system: json["system"]?.string)
  }
}
