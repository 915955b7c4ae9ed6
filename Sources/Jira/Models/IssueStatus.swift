import JSON

/// A status of a workflow.
public struct IssueStatus: Sendable, Hashable {
  /// The three kinds of status that every workflow is made of.
  public enum Category: String, Sendable, Hashable, Codable {
    /// Not begun.
    case new
    /// Under way.
    case indeterminate
    /// Finished.
    case done
  }

  /// The status's id.
  public var id: String
  /// The status's name, in the language of the answer.
  public var name: String
  /// The name that is stored, where JIRA gives it.
  public var untranslatedName: String?
  /// Its kind; nil where JIRA has none or one that is not known.
  public var category: Category?

  /// Describes a status.
  public init(id: String, name: String, untranslatedName: String? = nil, category: Category?) {
    self.id = id
    self.name = name
    self.untranslatedName = untranslatedName
    self.category = category
  }

  /// Its names.
  public var names: TranslatedName {
    TranslatedName(id: id, shown: name, untranslated: untranslatedName)
  }

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let name = json["name"]?.string else { return nil }
    self.init(
      id: id, name: name, untranslatedName: json["untranslatedName"]?.string,
      category: json["statusCategory"]?["key"]?.string.flatMap(Category.init(rawValue:)))
  }
}
