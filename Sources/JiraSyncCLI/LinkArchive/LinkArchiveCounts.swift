import Foundation
import JSON

/// How much a file of saved links has.
struct LinkArchiveCounts: Sendable, Hashable {
  /// Records by kind: `site`, `poll`, `link`, `conflict`.
  private(set) var records: [String: Int] = [:]

  /// Adds records of a kind.
  mutating func add(_ count: Int, of kind: String) { records[kind, default: 0] += count }

  /// How many of a kind.
  subscript(kind: String) -> Int { records[kind] ?? 0 }

  /// In words.
  var text: String {
    "\(self["link"]) links, \(self["conflict"]) open conflicts and \(self["poll"]) watermarks"
  }

  /// For programs.
  func json(file: String) -> JSON {
    [
      "file": .string(file), "links": number("link"), "conflicts": number("conflict"),
      "polls": number("poll"),
    ]
  }

  private func number(_ kind: String) -> JSON { .number(.init(self[kind])) }
}
