extension FieldCodec {
  /// Cuts a text that JIRA refuses although it is within the limit that is known.
  ///
  /// Of JIRA's message only a number counts, since it is written in the language of the account.
  ///
  /// - Parameters:
  ///   - text: the text that was sent.
  ///   - type: what the field holds.
  ///   - message: what JIRA said of the field.
  ///   - dialect: the site's family.
  /// - Returns: a shorter text; nil where the length cannot be what JIRA refuses.
  public static func cutFurther(
    _ text: String, as type: FieldType, refused message: String, dialect: JiraDialect
  ) -> String? {
    let limit: Int
    switch type {
    case .summary, .text: limit = TextLimit.line
    case .description, .paragraph: limit = TextLimit.paragraph
    default: return nil
    }
    let rich = type.isRichText ? dialect : nil
    let length = text.unicodeScalars.reduce(0) {
      $0 + (rich == .dataCenter ? WikiText.greatestLength($1) : UTF16.width($1))
    }
    // Wiki text is measured at its longest, so the limit may seem to be above the text by some.
    let named = numbers(in: message).first { $0 >= 20 && $0 <= 2 * length }
    guard named != nil || length > limit / 2 else { return nil }
    let goal = min(named ?? length, length) * 9 / 10
    return TextLimit.cut(text, to: goal, dialect: rich)
  }

  /// The whole numbers of a text, with separators of thousands in any language: `32,767`, `32.767`, `32 767`.
  private static func numbers(in text: String) -> [Int] {
    text.matches(of: /\d{1,3}(?:[,.'’ \u{a0}\u{202f}]\d{3})+|\d+/).compactMap { match in
      Int(match.output.filter { ("0"..."9").contains($0) })
    }
  }
}
