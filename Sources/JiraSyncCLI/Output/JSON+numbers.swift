import FoundationEssentials
import JSON

extension JSON {
  /// A whole number.
  static func integer(_ value: Int) -> JSON { .number(Decimal(value)) }

  /// A number with at most three digits after the point.
  static func decimal(_ value: Double) -> JSON {
    .number(Decimal(Int((value * 1_000).rounded())) / 1_000)
  }

  /// A text, or null.
  static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
}
