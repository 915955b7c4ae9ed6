/// One line of a `.env` file, read from left to right.
package struct EnvLine {
  private var rest: Substring
  private let number: Int

  /// - Parameters:
  ///   - line: the line without its end.
  ///   - number: its place in the file, from 1.
  package init(_ line: Substring, number: Int) {
    rest = line
    self.number = number
  }

  /// The name and the value; nil for a blank line and for a comment.
  package mutating func setting() throws(EnvFileError) -> (name: String, value: String)? {
    skipBlanks()
    if rest.isEmpty || rest.first == "#" { return nil }
    var name = word()
    if name == "export", rest.first?.isBlank == true {
      skipBlanks()
      name = word()
    }
    guard let first = name.first, !first.isNumber else {
      throw error("expected NAME=value, with a name of letters, digits and _")
    }
    skipBlanks()
    guard rest.first == "=" else {
      throw error("expected = after the name \(name)")
    }
    rest.removeFirst()
    skipBlanks()
    return (name, try value(of: name))
  }

  private mutating func value(of name: String) throws(EnvFileError) -> String {
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return unquoted() }
    rest.removeFirst()
    var value = ""
    while let character = rest.popFirst() {
      if character == quote {
        skipBlanks()
        if rest.isEmpty || rest.first == "#" { return value }
        throw error("something follows the closing quote of \(name)")
      }
      guard character == "\\", quote == "\"", let next = rest.first else {
        value.append(character)
        continue
      }
      switch next {
      case "n": value.append("\n")
      case "r": value.append("\r")
      case "t": value.append("\t")
      case "\"", "\\", "$": value.append(next)
      // No escape: the backslash is meant as it stands.
      default: value.append(contentsOf: ["\\", next])
      }
      rest.removeFirst()
    }
    throw error("the quote that opens the value of \(name) is not closed on this line")
  }

  /// Up to the end or to a `#` after a blank; a `#` within a word belongs to it, as in many passwords.
  private func unquoted() -> String {
    var value = ""
    var previousIsBlank = true
    for character in rest {
      if character == "#", previousIsBlank { break }
      value.append(character)
      previousIsBlank = character.isBlank
    }
    while value.last?.isBlank == true { value.removeLast() }
    return value
  }

  private mutating func word() -> String {
    let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    rest = rest[word.endIndex...]
    return String(word)
  }

  private mutating func skipBlanks() {
    rest = rest.drop(while: \.isBlank)
  }

  private func error(_ reason: String) -> EnvFileError {
    EnvFileError(line: number, reason: reason)
  }
}

extension Character {
  fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
