import JSON

/// A way out of an issue's present status that this account may take now.
public struct Transition: Sendable, Hashable {
  /// The id, which is of one edge of one workflow.
  public var id: String
  /// What its button says; often not the name of the status it leads to.
  public var name: String
  /// Where it leads.
  public var to: IssueStatus
  /// Whether it has a screen.
  public var hasScreen: Bool
  /// The fields of its screen by id: only these may be sent with it.
  public var fields: [String: FieldMetadata]

  /// Describes a transition.
  public init(
    id: String, name: String, to: IssueStatus, hasScreen: Bool = false,
    fields: [String: FieldMetadata] = [:]
  ) {
    self.id = id
    self.name = name
    self.to = to
    self.hasScreen = hasScreen
    self.fields = fields
  }

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let to = json["to"].flatMap(IssueStatus.init)
    else { return nil }
    var fields: [String: FieldMetadata] = [:]
    for (fieldID, field) in json["fields"]?.object ?? [:] {
      fields[fieldID] = FieldMetadata(field, id: fieldID)
    }
    self.init(
      id: id, name: json["name"]?.string ?? id, to: to,
      hasScreen: json["hasScreen"]?.bool ?? !fields.isEmpty, fields: fields)
  }
}
