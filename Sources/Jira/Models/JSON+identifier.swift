import FoundationEssentials
import JSON

extension JSON {
  /// An id, which JIRA writes as a string in most places and as a number in some.
  var identifier: String? {
    if let string { return string.isEmpty ? nil : string }
    return integer.map { String($0) }
  }

  /// A whole number.
  static func int(_ value: Int) -> JSON { .number(Decimal(value)) }
}
