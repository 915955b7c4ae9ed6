import JSON

/// One entry of an issue's history: what one user changed at one time.
public struct IssueChange: Sendable, Hashable {
  /// What became of one field, in the words that people saw.
  public struct Item: Sendable, Hashable {
    /// The field's id, which older entries lack.
    public var fieldID: String?
    /// The field's name at the time.
    public var fieldName: String
    /// The id of the value before; nil for none.
    public var from: String?
    /// The id of the value after; nil for none.
    public var to: String?
    /// The value before as text.
    public var fromText: String?
    /// The value after as text.
    public var toText: String?

    init?(_ json: JSON) {
      guard let name = json["field"]?.string else { return nil }
      fieldName = name
      fieldID = json["fieldId"]?.string
      from = json["from"]?.string
      to = json["to"]?.string
      fromText = json["fromString"]?.string
      toText = json["toString"]?.string
    }

    /// Whether it is about a field, by its id or, where the entry has none, by its name.
    ///
    /// Data Center writes the id of a system field there, or its name in English, and the stored name of a custom one.
    ///
    /// - Parameters:
    ///   - id: the field's id.
    ///   - name: the field's name, compared without regard to case.
    /// - Returns: whether it is.
    public func isOf(id: String, name: String) -> Bool {
      if let fieldID { return fieldID == id }
      let names = [id, name, StandardFieldNames.english[id]].compactMap(\.self)
      return names.contains { TranslatedName.plain($0) == TranslatedName.plain(fieldName) }
    }
  }

  /// The entry's id.
  public var id: String
  /// Who did it; nil for JIRA itself and for accounts that are gone.
  public var author: JiraUser?
  /// When, in milliseconds since 1970.
  public var created: Int64
  /// What was changed.
  public var items: [Item]

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier,
      let created = json["created"]?.string.flatMap(JiraTimestamp.parse)
    else { return nil }
    self.id = id
    self.created = created
    author = json["author"].flatMap(JiraUser.init)
    items = (json["items"]?.array ?? []).compactMap(Item.init)
  }

  /// Who gave an issue the resolution that it has.
  ///
  /// - Parameter changes: the latest entries of its history, oldest first.
  /// - Returns: nil where the entries do not tell.
  public static func resolver(in changes: [IssueChange]) -> JiraUser? {
    for change in changes.reversed() {
      if let item = change.items.last(where: { $0.isOf(id: "resolution", name: "Resolution") }) {
        return item.to == nil && item.toText == nil ? nil : change.author
      }
    }
    return nil
  }

  /// The stored name of a resolution that an issue has, as its history kept it when it was given.
  ///
  /// - Parameters:
  ///   - id: the resolution's id.
  ///   - changes: entries of the issue's history.
  /// - Returns: nil where the entries do not tell.
  public static func storedName(ofResolution id: String, in changes: [IssueChange]) -> String? {
    changes.reversed().lazy.flatMap(\.items)
      .first { $0.isOf(id: "resolution", name: "Resolution") && $0.to == id }?.toText
  }

  /// Entries in the order of time; JIRA gives them in no order to rely on.
  static func sorted(_ changes: [IssueChange]) -> [IssueChange] {
    changes.sorted {
      $0.created != $1.created
        ? $0.created < $1.created : (Int64($0.id) ?? 0) < (Int64($1.id) ?? 0)
    }
  }
}
