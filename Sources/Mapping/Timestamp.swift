import FoundationEssentials
import Jira

/// An instant as a row has it: a `timestamp` without a zone is UTC.
package struct Timestamp: Sendable, Hashable {
  /// Since 1970-01-01T00:00:00Z.
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Reads what Postgres makes of a `timestamp`, a `timestamptz` or a `date` in JSON.
  package init?(_ text: String) {
    guard
      let milliseconds = JiraTimestamp.parse(text) ?? JiraTimestamp.parse(text + "Z")
        ?? JiraTimestamp.startOfDay(text)
    else { return nil }
    self.milliseconds = milliseconds
  }

  /// Whether a text of this kind says its zone.
  package static func hasZone(_ text: String) -> Bool { JiraTimestamp.parse(text) != nil }

  /// The text that `to_jsonb` gives for the instant, so that what was written equals what is read: no fraction that is zero.
  ///
  /// - Parameter zoned: whether the column is a `timestamptz`.
  /// - Returns: the text, nil outside the years 1 to 9999.
  package func rowText(zoned: Bool) -> String? {
    // 2026-01-02T03:04:05.678+0000
    guard let rendered = JiraTimestamp.render(milliseconds) else { return nil }
    var text = String(rendered.dropLast(5))
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return zoned ? text + "+00:00" : text
  }

  /// Writes the instant by a pattern of `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`, in UTC; other characters stand for themselves.
  func formatted(by pattern: String) -> String? {
    guard let rendered = JiraTimestamp.render(milliseconds) else { return nil }
    let digits = Array(rendered)
    let places = [
      ("yyyy", 0..<4), ("MM", 5..<7), ("dd", 8..<10), ("HH", 11..<13), ("mm", 14..<16),
      ("ss", 17..<19),
    ]
    return places.reduce(pattern) { text, place in
      text.replacing(place.0, with: String(digits[place.1]))
    }
  }
}
