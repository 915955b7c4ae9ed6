import JSON

/// One value that JIRA names in the account's language (a status, a resolution, a priority, an issue type), with its names.
public struct TranslatedName: Sendable, Hashable {
  /// The value's id, which is the same in every language.
  public var id: String
  /// The name in the language of the answer.
  public var shown: String
  /// The name that is stored; nil where JIRA does not give it, as Data Center and for values that have no translation.
  public var untranslated: String?
  /// Names that the value has in other answers.
  public var others: Set<String> = []

  /// Describes a value.
  ///
  /// - Parameters:
  ///   - id: the value's id.
  ///   - shown: the name in the language of the answer.
  ///   - untranslated: the name that is stored, where JIRA gives it.
  public init(id: String, shown: String, untranslated: String? = nil) {
    self.id = id
    self.shown = shown
    self.untranslated = untranslated
  }

  /// Reads a value as JIRA writes it in lists, in issues and in the fields of a screen.
  ///
  /// - Parameter json: an object with `id` and `name`.
  public init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let name = json["name"]?.string else { return nil }
    self.init(id: id, shown: name, untranslated: json["untranslatedName"]?.string)
  }

  /// The name to keep and to compare: the stored one, where it is known.
  public var canonical: String { untranslated ?? shown }

  /// Every name that the value is known by.
  ///
  /// Where JIRA does not give the stored name, the names in English of its own values are among them.
  public var names: Set<String> {
    var names = others.union([shown])
    if let untranslated {
      names.insert(untranslated)
    } else {
      names.formUnion(StandardNames.english(for: shown))
    }
    return names
  }

  /// Whether a text of the configuration or of a row means the value: its id, or one of its names in any case of letters.
  ///
  /// - Parameter text: the text.
  /// - Returns: whether it does.
  public func isCalled(_ text: String) -> Bool {
    if text == id { return true }
    let wanted = Self.plain(text)
    return names.contains { Self.plain($0) == wanted }
  }

  /// A name as names are compared: without regard to case, and sites write "Won't" with either apostrophe.
  ///
  /// - Parameter name: the name.
  /// - Returns: the form to compare.
  public static func plain(_ name: String) -> String {
    name.trimmingBlanks().lowercased().replacing("\u{2019}", with: "'")
  }

  /// The value in a message: its name, the stored one where it is another, and its id.
  public var label: String {
    let stored = untranslated.flatMap { $0 == shown ? nil : "'\($0)', " } ?? ""
    return id.isEmpty ? "'\(shown)'" : "'\(shown)' (\(stored)id \(id))"
  }
}
