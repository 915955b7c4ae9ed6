import Jira

/// What JIRA is known to do to values without changing what they mean.
enum KnownNormalization {
  /// Whether JIRA made one value of the other by trimming, by the case of labels, by the order of a set, or by the precision of a time.
  ///
  /// - Parameters:
  ///   - held: the value that the issue holds, in canonical form.
  ///   - sent: the value that was sent, in canonical form.
  ///   - type: what the field holds.
  /// - Returns: whether both mean the same.
  static func explains(_ held: FieldValue, sent: FieldValue, type: FieldType) -> Bool {
    switch (sent, held) {
    case _ where sent == held: true
    case (.text(let sent), .text(let held)): words(sent) == words(held)
    // A text of blanks alone is trimmed to nothing.
    case (.text(let sent), .empty): words(sent).isEmpty
    case (.set(let sent), .set(let held)) where type == .labels:
      Set(sent.map { $0.lowercased() }) == Set(held.map { $0.lowercased() })
    case (.user(let sent), .user(let held)): sent.lowercased() == held.lowercased()
    case (.instant(let sent), .instant(let held)): isCoarser(held, than: sent)
    default: false
    }
  }

  /// The parts of a text between blanks: JIRA's editors trim lines and join blanks.
  private static func words(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isWhitespace)
  }

  /// Whether a time is the other, cut or rounded to a second or a minute.
  private static func isCoarser(_ held: Int64, than sent: Int64) -> Bool {
    [1_000, 60_000].contains { (unit: Int64) -> Bool in
      let start = sent - ((sent % unit) + unit) % unit
      return held == start || (held == start + unit && sent - start >= unit / 2)
    }
  }
}
