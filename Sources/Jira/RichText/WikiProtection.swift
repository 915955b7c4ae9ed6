/// Which characters of a plain text the renderer of Data Center would take for markup.
///
/// The rules are those of Atlassian's renderer, by its components: blocks at a line's start, macros and links, bare addresses,
/// entities, emoticons, images and phrases. `docs/wiki-markup.md` has them as a table.
struct WikiProtection {
  private let text: [Unicode.Scalar]
  /// What is protected, to begin with by whoever wrote the markup.
  private let given: [Bool]
  private(set) var needed: [Bool]

  /// The characters of a text that must be protected.
  static func needed(in text: [Unicode.Scalar]) -> [Bool] {
    var protection = WikiProtection(text, given: Array(repeating: false, count: text.count))
    protection.find()
    return protection.needed
  }

  /// Whether a text shows as itself with what is protected in it.
  static func isComplete(_ isProtected: [Bool], in text: [Unicode.Scalar]) -> Bool {
    var protection = WikiProtection(text, given: isProtected)
    protection.find()
    return zip(protection.needed, isProtected).allSatisfy { !$0 || $1 }
  }

  private init(_ text: [Unicode.Scalar], given: [Bool]) {
    self.text = text
    self.given = given
    needed = Array(repeating: false, count: text.count)
  }

  private mutating func find() {
    var index = 0
    var isLineStart = true
    var brokenUntil = 0
    while index < text.count {
      if isLineStart { protectLineStart(at: index) }
      isLineStart = text[index] == "\n"
      if let colon = WikiAddress.colon(in: text, at: index), !given[colon] {
        // A backslash would become part of an address, so that it is left alone or made none, and all others in it with it.
        if index >= brokenUntil, let address = WikiAddress(in: text, at: index, orProtocol: true) {
          guard !canStay(address) else {
            index = address.end
            continue
          }
          brokenUntil = address.matchEnd
        }
        needed[colon] = true
      }
      if let place = place(toProtectFor: index) { needed[place] = true }
      index += 1
    }
    protectClosingParentheses()
  }

  /// An address stays as it is where nothing of it, of what its link leaves out, or right behind it needs an escape.
  private func canStay(_ address: WikiAddress) -> Bool {
    guard address.isShownAsItIs || address.isProtocolAlone else { return false }
    let isHarmless = address.range.allSatisfy { index in
      !["\\", "[", "]"].contains(text[index]) && !(text[index] == "&" && beginsEntity(index))
    }
    let behind = address.end..<min(address.matchEnd + 1, text.count)
    return isHarmless
      && behind.allSatisfy { place(toProtectFor: $0, isBehindLink: $0 == address.end) == nil }
  }

  /// Headings, quotes, lists, rules and tables begin at the first character of a line that is no blank.
  private mutating func protectLineStart(at index: Int) {
    let start = text[index...].firstIndex { $0 == "\n" || !Self.isBlank($0) } ?? text.endIndex
    guard start < text.count else { return }
    if ["#", "*", "-", "|"].contains(text[start]) { needed[start] = true }
    let rest = text[start...].prefix(3)
    guard rest.count == 3, text[start + 2] == "." else { return }
    let isHeading = text[start] == "h" && ("1"..."6").contains(text[start + 1])
    if isHeading || (text[start] == "b" && text[start + 1] == "q") { needed[start + 2] = true }
  }

  /// Which character must be protected because of what begins at a place; nil where nothing does.
  private func place(toProtectFor index: Int, isBehindLink: Bool = false) -> Int? {
    switch text[index] {
    case "\\", "{", "[", "^", "~": return index
    case "*", "_", "-", "+", "?", "!":
      // Phrases and images begin at a word's edge and with no blank after the mark.
      guard index + 1 < text.count, !Self.isBlank(text[index + 1]) else { return nil }
      return index == 0 || isBehindLink || given[index - 1] || !Self.isWord(text[index - 1])
        ? index : nil
    case "&": return beginsEntity(index) ? index : nil
    case ":", ";", "(": return placeInEmoticon(at: index)
    default: return nil
    }
  }

  /// Protecting any character of an emoticon is enough: of `(x)` the first, of `:)` the last, since a colon has no escape of its own.
  private func placeInEmoticon(at index: Int) -> Int? {
    guard let length = WikiEmoticons.length(in: text, at: index, isProtected: given) else {
      return nil
    }
    let last = index + length - 1
    if (index...last).contains(where: { given[$0] }) { return nil }
    return text[index] == "(" || !WikiText.isEscapable(text[last]) ? index : last
  }

  /// What is escaped ends with a semicolon once the renderer comes to emoticons, and `;)` and `;-)` are emoticons.
  private mutating func protectClosingParentheses() {
    for index in text.indices where text[index] == ")" {
      let isBehindOne = index > 0 && isProtected(index - 1)
      let isBehindDash = index > 1 && text[index - 1] == "-" && isProtected(index - 2)
      if isBehindOne || isBehindDash { needed[index] = true }
    }
  }

  private func isProtected(_ index: Int) -> Bool { needed[index] || given[index] }

  private func beginsEntity(_ index: Int) -> Bool {
    let name = text[(index + 1)...].prefix { $0 == "#" || ($0.isASCII && Self.isWord($0)) }
    return !name.isEmpty && name.endIndex < text.count && text[name.endIndex] == ";"
  }

  /// Whether a character is a blank to the renderer, whose `\s` knows ASCII alone.
  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || (0x09...0x0d).contains(scalar.value)
  }

  /// Whether a character is a letter or decimal digit: the renderer's `[\p{L}\p{Nd}]`.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber:
      true
    default: false
    }
  }
}
