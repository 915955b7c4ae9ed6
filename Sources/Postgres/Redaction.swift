/// Takes values out of messages.
enum Redaction {
  /// A server's message without the values that it may quote.
  ///
  /// Errors of class 22 (data exceptions) quote the value that was wrong, such as `invalid input syntax for type integer:
  /// "…"`. The value may hold quotes itself, so all from the first to the last goes. Servers quote as their language
  /// (`lc_messages`) does: French « … », German » … «.
  static func message(_ message: String, sqlState: String?) -> String {
    guard let sqlState, sqlState.hasPrefix("22") else { return message }
    return withoutQuoted(message)
  }

  private static let quotes: Set<Character> = [
    "\"", "«", "»", "„", "“", "”", "‚", "‘", "’", "「", "」",
  ]

  /// The text with everything from the first double quote to the last replaced.
  static func withoutQuoted(_ text: String) -> String {
    guard let first = text.firstIndex(where: quotes.contains),
      let last = text.lastIndex(where: quotes.contains), first < last
    else { return text }
    return text[...first] + "…" + text[last...]
  }
}
