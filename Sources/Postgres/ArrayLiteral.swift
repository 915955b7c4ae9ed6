/// Array literals as in section 8.15 of the Postgres manual.
enum ArrayLiteral {
  /// Why a text is no array literal, in words without the text.
  struct Malformed: Error {
    let reason: String
  }

  /// The literal of the elements; every element is quoted, so that none needs looking at.
  static func text(of elements: [String?], nested: Bool) -> String {
    var literal = Array("{".utf8)
    for (index, element) in elements.enumerated() {
      if index > 0 { literal.append(UInt8(ascii: ",")) }
      guard var element else {
        literal.append(contentsOf: "NULL".utf8)
        continue
      }
      if nested {
        literal.append(contentsOf: element.utf8)
        continue
      }
      literal += quoted(&element)
    }
    literal.append(UInt8(ascii: "}"))
    return String(decoding: literal, as: UTF8.self)
  }

  /// The element between quotes, with what would end it behind backslashes.
  private static func quoted(_ element: inout String) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    let backslash = UInt8(ascii: "\\")
    // Through pointers: an element can be the base of a row of ten megabytes, and is written while a job's lock is held.
    return element.withUTF8 { bytes in
      Array(unsafeUninitializedCapacity: 2 * bytes.count + 2) { quoted, count in
        quoted[0] = quote
        count = 1
        for byte in bytes {
          if byte == quote || byte == backslash {
            quoted[count] = backslash
            count += 1
          }
          quoted[count] = byte
          count += 1
        }
        quoted[count] = quote
        count += 1
      }
    }
  }

  /// The elements of a one-dimensional literal; nil is NULL.
  static func elements(of literal: String) throws(Malformed) -> [String?] {
    var scalars = literal.unicodeScalars[...]
    // Arrays whose first index is not 1 are printed with their bounds: [0:1]={a,b}.
    if scalars.first == "[" {
      guard let equals = scalars.firstIndex(of: "=") else {
        throw Malformed(reason: "bounds without a value")
      }
      scalars = scalars[scalars.index(after: equals)...]
    }
    guard scalars.popFirst() == "{" else { throw Malformed(reason: "no opening brace") }
    var elements: [String?] = []
    if scalars.first == "}" {
      scalars.removeFirst()
      guard scalars.isEmpty else { throw Malformed(reason: "text after the closing brace") }
      return []
    }
    while true {
      elements.append(try element(from: &scalars))
      switch scalars.popFirst() {
      case ",": continue
      case "}":
        guard scalars.isEmpty else { throw Malformed(reason: "text after the closing brace") }
        return elements
      default: throw Malformed(reason: "an element that does not end")
      }
    }
  }

  private static func element(
    from scalars: inout Substring.UnicodeScalarView
  ) throws(Malformed) -> String? {
    var text = String.UnicodeScalarView()
    if scalars.first == "{" { throw Malformed(reason: "more than one dimension") }
    guard scalars.first == "\"" else {
      while let scalar = scalars.first, scalar != ",", scalar != "}" {
        scalars.removeFirst()
        if scalar == "\\", let escaped = scalars.popFirst() {
          text.append(escaped)
        } else {
          text.append(scalar)
        }
      }
      let element = String(text)
      return element == "NULL" ? nil : element
    }
    scalars.removeFirst()
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\"": return String(text)
      case "\\":
        guard let escaped = scalars.popFirst() else { break }
        text.append(escaped)
      default: text.append(scalar)
      }
    }
    throw Malformed(reason: "a quote that does not end")
  }
}
