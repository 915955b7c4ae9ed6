import FoundationEssentials
import JSON

/// One row of an answer of the database as a JSON object: what `--json` writes, and what tables are made from.
///
/// Members whose names begin with an underscore are for people only, such as an age in seconds.
struct Record: Sendable, Hashable {
  var members: [String: JSON]

  init(_ members: [String: JSON]) { self.members = members }

  /// A text, a number's digits, or a flag; nil for null.
  func text(_ name: String) -> String? {
    switch members[name] {
    case .string(let text): text
    case .number(let number): number.description
    case .bool(let flag): flag ? "yes" : "no"
    case .array, .object: members[name]?.text
    case .null, nil: nil
    }
  }

  /// A number; 0 where there is none.
  func count(_ name: String) -> Int { members[name]?.integer ?? 0 }

  /// Seconds.
  func seconds(_ name: String) -> Double? { members[name]?.number.flatMap { Double("\($0)") } }

  /// What programs get.
  var json: JSON { .object(members.filter { !$0.key.hasPrefix("_") }) }
}
