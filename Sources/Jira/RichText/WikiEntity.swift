/// HTML's names and numbers of characters, which Data Center leaves to the browser.
enum WikiEntity {
  private static let names: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{a0}", "copy": "©",
    "reg": "®", "trade": "™",
    "hellip": "…", "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’", "ldquo": "“",
    "rdquo": "”", "laquo": "«",
    "raquo": "»", "bull": "•", "middot": "·", "euro": "€", "pound": "£", "sect": "§", "deg": "°",
    "plusmn": "±", "times": "×",
    "larr": "←", "rarr": "→", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö",
    "Uuml": "Ü", "szlig": "ß",
  ]
  private static let longest = 10

  /// The character that the text at a place names.
  ///
  /// - Parameters:
  ///   - text: markup.
  ///   - index: a place in it.
  /// - Returns: the character and the length of its name; nil where there is none that a text may hold.
  static func read(_ text: [Unicode.Scalar], at index: Int) -> (Unicode.Scalar, Int)? {
    guard text[index] == "&" else { return nil }
    let rest = text[(index + 1)...].prefix(longest)
    guard let end = rest.firstIndex(of: ";") else { return nil }
    var name = String(String.UnicodeScalarView(rest[..<end]))[...]
    let length = end - index + 1
    guard name.first == "#" else { return names[String(name)].map { ($0, length) } }
    name = name.dropFirst()
    let isHex = name.first == "x" || name.first == "X"
    let value = isHex ? UInt32(name.dropFirst(), radix: 16) : UInt32(name)
    guard let scalar = value.flatMap(Unicode.Scalar.init), !CanonicalText.isRemoved(scalar),
      scalar != "\n"
    else { return nil }
    return (scalar, length)
  }
}
