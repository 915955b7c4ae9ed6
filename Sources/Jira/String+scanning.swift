extension String {
  /// The text without blanks at both its ends.
  func trimmingBlanks() -> String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !CanonicalText.isBlank($0) }),
      let last = scalars.lastIndex(where: { !CanonicalText.isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
  }

  /// Where a short ASCII text occurs first.
  func range(ofASCII needle: String) -> Range<String.Index>? {
    let pattern = Array(needle.utf8)
    var start = utf8.startIndex
    while start != utf8.endIndex {
      if utf8[start...].starts(with: pattern) {
        return start..<utf8.index(start, offsetBy: pattern.count)
      }
      start = utf8.index(after: start)
    }
    return nil
  }

  /// The text as one component of a path or a query: all but unreserved characters (RFC 3986, 2.3) as percent escapes.
  var percentEncoded: String {
    let digits = Array("0123456789ABCDEF")
    var result = ""
    for byte in utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result.append("%")
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
      }
    }
    return result
  }
}
