/// How much text JIRA's fields hold, and how more than that is cut.
enum TextLimit {
  /// What a summary, a line of text, an option or a label holds.
  static let line = 255
  /// What rich text holds; administrators of Data Center may have changed it.
  static let paragraph = 32_767
  /// How much less than its limit rich text is cut to: JIRA may count more characters than we do, such as the end of a paragraph.
  static let margin = 767
  /// What stands for the part that was cut off.
  static let marker = "…"

  /// Cuts a text that is too long to less than the limit, between two characters as people see them, and ends it with the marker.
  ///
  /// - Parameters:
  ///   - text: a text in canonical form.
  ///   - limit: the most UTF-16 units, as JIRA counts.
  ///   - dialect: for rich text the site's family: wiki markup counts with its escapes. Nil for other text.
  /// - Returns: the text, or as much of it as there is room for.
  static func fit(_ text: String, to limit: Int, dialect: JiraDialect? = nil) -> String {
    // The usual text is far from the limit, whichever way it is measured.
    if text.utf8.count * WikiText.greatestGrowth <= limit { return text }
    let length = (dialect == .dataCenter ? WikiText.escape(text) : text).utf16.count
    if length <= limit { return text }
    return cut(text, to: dialect == nil ? limit : limit - margin, dialect: dialect)
  }

  /// Cuts a text between two characters as people see them, and ends it with the marker.
  ///
  /// - Parameters:
  ///   - text: a text in canonical form that is longer.
  ///   - limit: the most UTF-16 units with the marker.
  ///   - dialect: for rich text the site's family. Nil for other text.
  /// - Returns: as much of the text as there is room for.
  static func cut(_ text: String, to limit: Int, dialect: JiraDialect? = nil) -> String {
    func measure(_ scalar: Unicode.Scalar) -> Int {
      dialect == .dataCenter ? WikiText.greatestLength(scalar) : UTF16.width(scalar)
    }
    let room = limit - marker.utf16.count
    var used = 0
    var end = text.startIndex
    for index in text.indices {
      let size = text[index].unicodeScalars.reduce(0) { $0 + measure($1) }
      if used + size > room { break }
      used += size
      end = text.index(after: index)
    }
    var kept = String.UnicodeScalarView(text[..<end].unicodeScalars)
    if kept.isEmpty {
      // One character with thousands of accents: there is no good place to cut.
      for scalar in text.unicodeScalars {
        used += measure(scalar)
        if used > room { break }
        kept.append(scalar)
      }
    }
    while let last = kept.last, last.properties.isWhitespace { kept.removeLast() }
    return String(kept) + marker
  }
}
