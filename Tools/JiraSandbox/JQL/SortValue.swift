/// What an issue is sorted by in one field.
enum SortValue: Codable, Sendable, Hashable {
  case number(Double)
  case text(String)
  /// No value: after all others where the order is ascending.
  case none

  /// Whether this comes before the other, ascending; nil where they are equal.
  func isBefore(_ other: SortValue) -> Bool? {
    switch (self, other) {
    case (.number(let first), .number(let second)): first == second ? nil : first < second
    case (.text(let first), .text(let second)): first == second ? nil : first < second
    case (.none, .none): nil
    case (.none, _): false
    case (_, .none): true
    case (.number, .text): true
    case (.text, .number): false
    }
  }
}
