import JSON

/// A project and what can be made in it.
public struct JiraProject: Sendable, Hashable {
  /// A kind of issue.
  public struct IssueType: Sendable, Hashable {
    /// The type's id.
    public var id: String
    /// The type's name, in the language of the answer.
    public var name: String
    /// The type's names.
    public var names: TranslatedName
    /// Whether issues of the type need a parent.
    public var isSubtask: Bool

    init?(_ json: JSON) {
      guard let names = TranslatedName(json) else { return nil }
      id = names.id
      name = names.shown
      self.names = names
      isSubtask = json["subtask"]?.bool ?? false
    }
  }

  /// The project's id, which a rename does not change.
  public var id: String
  /// The project's key.
  public var key: String
  /// The project's name.
  public var name: String
  /// The kinds of issue that it has.
  public var issueTypes: [IssueType]

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let key = json["key"]?.string else { return nil }
    self.id = id
    self.key = key
    name = json["name"]?.string ?? key
    issueTypes = (json["issueTypes"]?.array ?? []).compactMap(IssueType.init)
  }
}
