/// Reads markup as the renderer shows it, formatting apart.
struct WikiTextReader {
  private let markup: [Unicode.Scalar]
  private var index = 0
  /// The characters that the markup stands for.
  private(set) var plain = String.UnicodeScalarView()
  /// Which of them cannot be taken for markup.
  private(set) var isProtected: [Bool] = []
  /// Whether something was met that plain text says otherwise: two backslashes that end a line, or a link that hides a part of it.
  private(set) var hasFormatting = false

  init(_ markup: String) { self.markup = Array(markup.unicodeScalars) }

  mutating func read() {
    while index < markup.count {
      if let address = WikiAddress(in: markup, at: index) {
        if !address.isShownAsItIs { hasFormatting = true }
        readAddress(until: address.end)
      } else if markup[index] == "\\" {
        readBackslash()
      } else if let (scalar, length) = WikiEntity.read(markup, at: index) {
        take(scalar, isProtected: true, length: length)
      } else {
        take(markup[index], isProtected: false, length: 1)
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar, isProtected: Bool, length: Int) {
    plain.append(scalar)
    self.isProtected.append(isProtected)
    index += length
  }

  /// In an address a backslash is one, and only entities mean something else.
  private mutating func readAddress(until end: Int) {
    while index < end {
      if let (scalar, length) = WikiEntity.read(markup, at: index), index + length <= end {
        take(scalar, isProtected: true, length: length)
      } else {
        take(markup[index], isProtected: false, length: 1)
      }
    }
  }

  private mutating func readBackslash() {
    if isEscape(at: index) {
      // Two escaped braces still begin monospaced text.
      let isSecondBrace = markup[index + 1] == "{" && plain.last == "{"
      take(markup[index + 1], isProtected: !isSecondBrace, length: 2)
    } else if isForcedBreak {
      hasFormatting = true
      take("\n", isProtected: true, length: 2)
    } else {
      // It escapes nothing, and is shown.
      take("\\", isProtected: true, length: 1)
    }
  }

  /// Whether a backslash is not seen itself; behind another one it is.
  private func isEscape(at place: Int) -> Bool {
    place + 1 < markup.count && WikiText.isEscapable(markup[place + 1])
      && (place == 0 || markup[place - 1] != "\\")
  }

  /// Whether two backslashes end the line: no third stands beside them or further on in the same word, as in `\\\\server\\share`.
  private var isForcedBreak: Bool {
    guard index + 1 < markup.count, markup[index + 1] == "\\",
      index == 0 || markup[index - 1] != "\\"
    else { return false }
    var place = index + 2
    while place < markup.count, !WikiProtection.isBlank(markup[place]) {
      if isEscape(at: place) {
        place += 2
      } else if markup[place] == "\\" {
        return false
      } else {
        place += 1
      }
    }
    return true
  }
}
