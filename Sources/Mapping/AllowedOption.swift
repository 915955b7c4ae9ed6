import Jira

/// One value that a field of JIRA takes, as the site has it.
public struct AllowedOption: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The option's id; nil where the site does not say.
  public var id: String?
  /// The text in JIRA's own spelling.
  public var text: String
  /// The options below it, in a cascading field.
  public var children: [AllowedOption]
  /// The text in canonical form: what values are matched in.
  public let canonical: String

  /// Describes an option.
  ///
  /// - Parameters:
  ///   - id: the option's id.
  ///   - text: the text in JIRA's own spelling.
  ///   - children: the options below it.
  public init(id: String? = nil, text: String, children: [AllowedOption] = []) {
    self.id = id
    self.text = text
    self.children = children
    canonical = CanonicalText.line(text)
  }

  /// An option of which only the text is known.
  public init(stringLiteral text: String) { self.init(text: text) }

  /// Whether JIRA spells it in canonical form, scalar by scalar: Swift compares texts without regard to their Unicode form.
  package var isSpelledCanonically: Bool {
    text.unicodeScalars.elementsEqual(canonical.unicodeScalars)
  }
}

extension [AllowedOption] {
  /// The option of a text in canonical form; of several, the one that is spelled so.
  package func matching(_ canonical: String) -> AllowedOption? {
    first { $0.canonical == canonical && $0.isSpelledCanonically }
      ?? first { $0.canonical == canonical }
  }
}
