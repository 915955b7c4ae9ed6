import JSON

/// A field of a site, system or custom.
public struct JiraField: Sendable, Hashable {
  /// The id by which issues name it: `summary`, `customfield_10010`.
  public var id: String
  /// Another name for it, which Cloud gives.
  public var key: String?
  /// The name people see, in the language of the answer; neither unique nor fixed.
  public var name: String
  /// The name that is stored, where JIRA gives it: of custom fields on Cloud.
  public var untranslatedName: String?
  /// Names that the field has in other answers.
  public var otherNames: Set<String> = []
  /// Whether it was added to the site.
  public var isCustom: Bool
  /// What JQL calls it.
  public var clauseNames: [String]
  /// What it holds; nil for the few that JIRA does not describe, such as `issuekey`.
  public var schema: FieldSchema?
  /// The id of the only project that has it; nil where all can.
  public var scopeProjectID: String?

  /// Describes a field.
  public init(
    id: String, key: String? = nil, name: String, isCustom: Bool, clauseNames: [String] = [],
    schema: FieldSchema? = nil, scopeProjectID: String? = nil
  ) {
    self.id = id
    self.key = key
    self.name = name
    self.isCustom = isCustom
    self.clauseNames = clauseNames
    self.schema = schema
    self.scopeProjectID = scopeProjectID
  }

  /// The name that is stored, which an issue's history and JQL use; the shown one where JIRA does not give it.
  public var storedName: String {
    if let untranslatedName { return untranslatedName }
    guard isCustom else { return name }
    return clauseNames.first { !$0.contains("[") } ?? name
  }

  /// How well a name of the configuration fits the field: the smaller, the better; nil where it is none of its names.
  ///
  /// - Parameter wanted: the name.
  /// - Returns: 0 for the name as it is shown or stored, 1 for the same in another case of letters, 2 for any other name.
  public func fit(of wanted: String) -> Int? {
    let main = [name, untranslatedName].compactMap(\.self)
    if main.contains(wanted) { return 0 }
    let plain = TranslatedName.plain(wanted)
    if main.contains(where: { TranslatedName.plain($0) == plain }) { return 1 }
    return moreNames.contains { TranslatedName.plain($0) == plain } ? 2 : nil
  }

  /// Names that are none of the first choice: in other languages, in English for a system field, and what JQL calls a custom field, which is
  /// its stored name.
  private var moreNames: [String] {
    var names = Array(otherNames)
    if isCustom {
      names += clauseNames.filter { !$0.hasPrefix("cf[") }
    } else if let english = StandardFieldNames.english[id] {
      names.append(english)
    }
    return names
  }

  /// The fields of a list that a name means, those that it fits best.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - fields: the fields to choose from.
  /// - Returns: the fields; several where the name is that of several.
  public static func named(_ name: String, in fields: [JiraField]) -> [JiraField] {
    let fits = fields.compactMap { field in field.fit(of: name).map { (field, $0) } }
    guard let best = fits.map(\.1).min() else { return [] }
    return fits.filter { $0.1 == best }.map(\.0)
  }

  init?(_ json: JSON) {
    guard let id = json["id"]?.string, !id.isEmpty else { return nil }
    self.init(
      id: id, key: json["key"]?.string, name: json["name"]?.string ?? id,
      isCustom: json["custom"]?.bool ?? false,
      clauseNames: (json["clauseNames"]?.array ?? []).compactMap(\.string),
      schema: json["schema"].flatMap(FieldSchema.init),
      scopeProjectID: json["scope"]?["project"]?["id"]?.identifier)
    untranslatedName = json["untranslatedName"]?.string
  }
}
