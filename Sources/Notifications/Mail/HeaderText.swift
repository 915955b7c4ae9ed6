import HTTP

/// Text in headers of mail: encoded where it is not plain ASCII, folded where it is long.
///
/// Nothing that a text holds can begin another header: control characters become blanks before anything else.
enum HeaderText {
  /// A header whose value is text that people wrote, such as Subject.
  ///
  /// https://www.rfc-editor.org/rfc/rfc2047
  static func line(_ name: String, text: String) -> String {
    let clean = Headline.line(text, limit: 250)
    let isPlain = clean.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !clean.contains("=?")
    return isPlain
      ? folded(name, words: clean.split(separator: " ").map(String.init))
      : "\(name): " + encodedWords(clean, first: name.count + 2).joined(separator: "\r\n ")
  }

  /// A header of several words, such as References; each word is safe already.
  static func folded(_ name: String, words: [String]) -> String {
    var lines = ["\(name):"]
    for word in words {
      let last = lines.count - 1
      // 78 characters a line, where words allow it (RFC 5322, section 2.1.1).
      if lines[last].utf8.count + 1 + word.utf8.count > 78, lines[last] != "\(name):" {
        lines.append(" " + word)
      } else {
        lines[last] += " " + word
      }
    }
    return lines.joined(separator: "\r\n")
  }

  /// The name before an address, quoted or encoded as it needs.
  static func displayName(_ name: String) -> String {
    let clean = Headline.line(name)
    guard clean.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      return encodedWords(clean, first: 20).joined(separator: " ")
    }
    let escaped = clean.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return "\"\(escaped)\""
  }

  /// Words of `=?utf-8?q?…?=`, each of 75 characters at most, and no character cut in two.
  private static func encodedWords(_ text: String, first: Int) -> [String] {
    var words: [String] = []
    var word = ""
    var limit = 76 - first
    for character in text {
      let piece = encoded(character)
      if word.utf8.count + piece.utf8.count + 12 > limit, !word.isEmpty {
        words.append("=?utf-8?q?\(word)?=")
        word = ""
        limit = 75
      }
      word += piece
    }
    if !word.isEmpty { words.append("=?utf-8?q?\(word)?=") }
    return words
  }

  private static func encoded(_ character: Character) -> String {
    var result: [UInt8] = []
    for byte in String(character).utf8 {
      switch byte {
      case 0x20: result.append(UInt8(ascii: "_"))
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.append(byte)
      default: result += QuotedPrintable.escaped(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension Mailbox {
  /// As a header has it.
  var header: String {
    name.isEmpty ? address : "\(HeaderText.displayName(name)) <\(address)>"
  }

  /// What stands after the `@`.
  var domain: String { address.split(separator: "@").last.map(String.init) ?? "localhost" }
}
