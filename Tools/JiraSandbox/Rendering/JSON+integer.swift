import Foundation
import JSON

extension JSON {
  /// A whole number.
  static func integer(_ number: some BinaryInteger & Sendable) -> JSON {
    .number(Decimal(Int64(number)))
  }

  /// The value as a 64-bit number; nil for anything else.
  var int64: Int64? { integer.map(Int64.init) }
}
