import JSON

/// Reads a line of wiki markup: bold, italics, code, links and escapes.
struct WikiInline {
  private var rest: Substring
  private var nodes: [JSON] = []
  private var plain = ""

  private static let styles: [(mark: Character, name: String)] = [
    ("*", "strong"), ("_", "em"), ("-", "strike"), ("+", "underline"),
  ]

  private init(_ text: String) { rest = text[...] }

  /// The inline nodes of a line.
  static func nodes(from text: String) -> [JSON] {
    var reader = WikiInline(text)
    reader.read()
    return reader.nodes
  }

  private mutating func read() {
    var previous: Character?
    while let character = rest.first {
      if character == "\\", let next = rest.dropFirst().first, !next.isLetter, !next.isNumber {
        rest = rest.dropFirst(2)
        plain.append(next)
        previous = next
      } else if readCode() || readLink() || readStyle(after: previous) {
        previous = " "
      } else {
        rest.removeFirst()
        plain.append(character)
        previous = character
      }
    }
    flush()
  }

  private mutating func flush() {
    guard !plain.isEmpty else { return }
    nodes.append(["type": "text", "text": .string(plain)])
    plain = ""
  }

  private mutating func append(_ text: Substring, marked mark: JSON) {
    flush()
    nodes.append(["type": "text", "text": .string(String(text)), "marks": [mark]])
  }

  private mutating func readCode() -> Bool {
    guard rest.hasPrefix("{{"), let end = rest.dropFirst(2).firstRange(of: "}}"),
      end.lowerBound > rest.index(rest.startIndex, offsetBy: 2)
    else { return false }
    append(
      rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound], marked: ["type": "code"])
    rest = rest[end.upperBound...]
    return true
  }

  private mutating func readLink() -> Bool {
    guard rest.hasPrefix("["), let end = rest.firstIndex(of: "]") else { return false }
    let inner = rest[rest.index(after: rest.startIndex)..<end]
    let parts = inner.split(separator: "|", maxSplits: 1)
    guard let address = parts.last, let text = parts.first, address.contains("://") else {
      return false
    }
    append(text, marked: ["type": "link", "attrs": ["href": .string(String(address))]])
    rest = rest[rest.index(after: end)...]
    return true
  }

  /// A style starts at a word's edge, ends at one, and is not empty.
  private mutating func readStyle(after previous: Character?) -> Bool {
    guard let style = WikiInline.styles.first(where: { $0.mark == rest.first }),
      previous.map({ !$0.isLetter && !$0.isNumber }) ?? true,
      let first = rest.dropFirst().first, !first.isWhitespace, first != style.mark
    else { return false }
    var place = rest.index(after: rest.startIndex)
    while place < rest.endIndex {
      let after = rest.index(after: place)
      if rest[place] == "\\", after < rest.endIndex { return false }
      let closes =
        after == rest.endIndex || (!rest[after].isLetter && !rest[after].isNumber)
      if rest[place] == style.mark, closes, !rest[rest.index(before: place)].isWhitespace {
        append(
          rest[rest.index(after: rest.startIndex)..<place], marked: ["type": .string(style.name)])
        rest = rest[after...]
        return true
      }
      place = after
    }
    return false
  }
}
