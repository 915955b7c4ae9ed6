import FoundationEssentials
import Glibc

/// Makes JSON usable that holds half a character, or U+0000.
///
/// JIRA counts in UTF-16 units, and whoever cuts a text there may cut an emoji in half. One such issue must not make an
/// answer about a hundred of them unreadable.
enum SurrogateRepair {
  /// Whether the text may hold the escape of U+0000.
  static func holdsZero(_ body: Data) -> Bool {
    body.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return false }
      let escape = Array(#"\u0000"#.utf8)
      var rest = bytes[...]
      while rest.count >= escape.count,
        let found = memchr(start + rest.startIndex, Int32(escape[0]), rest.count)
      {
        rest = rest[(UnsafeRawPointer(found) - start)...]
        if rest.starts(with: escape) { return true }
        rest = rest.dropFirst()
      }
      return false
    }
  }

  /// Puts the replacement character for U+0000, for escapes that are one half of a pair, and for bytes that are not UTF-8.
  ///
  /// - Parameter body: JSON text that a parser refused.
  /// - Returns: the text repaired; nil where there is nothing to repair.
  static func repair(_ body: Data) -> [UInt8]? {
    // Decoding replaces what is not UTF-8.
    let bytes = Array(String(decoding: body, as: UTF8.self).utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isChanged = bytes.count != body.count
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "\\") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      guard let unit = unit(bytes, at: index) else {
        // Any other escape is two bytes, the second of which may be a backslash.
        result.append(contentsOf: bytes[index..<min(index + 2, bytes.count)])
        index += 2
        continue
      }
      let isPair =
        UTF16.isLeadSurrogate(unit)
        && self.unit(bytes, at: index + 6).map(UTF16.isTrailSurrogate) == true
      if isPair {
        result.append(contentsOf: bytes[index..<index + 12])
        index += 12
      } else if UTF16.isSurrogate(unit) || unit == 0 {
        result.append(contentsOf: Array(#"\ufffd"#.utf8))
        isChanged = true
        index += 6
      } else {
        result.append(contentsOf: bytes[index..<index + 6])
        index += 6
      }
    }
    return isChanged ? result : nil
  }

  /// The value of `\uXXXX`; nil where something else stands.
  private static func unit(_ bytes: [UInt8], at index: Int) -> UInt16? {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    let digits = bytes[index + 2..<index + 6]
    guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
