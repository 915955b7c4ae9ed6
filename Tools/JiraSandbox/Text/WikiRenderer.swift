import Foundation

/// What Data Center shows of wiki markup: the stages of Atlassian's renderer one after the other, each by its own patterns.
///
/// It follows `com.atlassian.renderer.v2` and shares nothing with the client, which it is there to judge. Formatting is named, not shown.
public struct WikiRenderer {
  /// What a reader sees.
  public struct Page: Sendable, Hashable {
    /// The words.
    public var text: String
    /// What else there is: `strong`, `list`, `emoticon`, `macro`, `link` and so on.
    public var formats: Set<String> = []
  }

  private typealias Rule = (name: String, pattern: NSRegularExpression)

  private static let emoticons = [
    ":-)", ":-(", ":)", ":(", ":P", ":p", ":D", ";-)", ";)", "(y)", "(n)", "(i)", "(/)", "(x)",
    "(!)", "(?)", "(+)", "(-)",
    "(on)", "(off)", "(*)", "(*r)", "(*g)", "(*b)", "(*y)", "(flag)", "(flagoff)",
  ]
  private static let firstToken: UInt32 = 0xf_0000

  private let blocks: [Rule]
  private let phrases: [Rule]
  private let icons: [Rule]
  private let address: NSRegularExpression
  private let escape: NSRegularExpression
  private let image: NSRegularExpression
  private let forcedBreak: NSRegularExpression
  private let entity: NSRegularExpression

  /// Prepares the patterns.
  public init() throws {
    func rules(_ patterns: KeyValuePairs<String, String>) throws -> [Rule] {
      try patterns.map { (name: $0.key, pattern: try NSRegularExpression(pattern: $0.value)) }
    }
    let blank = #" \t\n\x0B\f\r"#
    blocks = try rules([
      "heading": #"^[ \t]*h[1-6]\.[ \t]*"#, "quote": #"^[ \t]*bq\.[ \t]*"#,
      "rule": #"^[ \t]*-{4,5}[ \t]*$"#,
      "list": #"^[ \t]*(?!-{2,3})[*\-#]+[ \t]+"#, "table": #"^[ \t]*\|"#,
    ])
    func phrase(_ start: String, _ end: String) -> String {
      let content =
        #"[^\#(blank)\#(start)](?:(?!\#(end))[\p{L}\p{Nd}\p{Z}\p{S}\p{M}\p{P}\x{F0000}-\x{FFFFD}]*?[^\#(blank)\#(end)])??"#
      return
        #"(?:(?<![\p{L}\p{Nd}\\])\#(start)|\{\#(start)\})(\#(content))(?<!\\)(?:\#(end)(?![\p{L}\p{Nd}])|\{\#(end)\})"#
    }
    phrases = try rules([
      "strong": phrase(#"\*"#, #"\*"#), "superscript": phrase(#"\^"#, #"\^"#),
      "subscript": phrase("~", "~"),
      "emphasis": phrase("_", "_"), "deleted": phrase(#"\-"#, #"\-"#),
      "citation": phrase(#"\?\?"#, #"\?\?"#),
      "inserted": phrase(#"\+"#, #"\+"#), "monospaced": phrase(#"\{\{"#, #"\}\}"#),
    ])
    image = try NSRegularExpression(pattern: phrase("!", "!"))
    let pictures: [Rule] = try Self.emoticons.map { symbol in
      let pattern = NSRegularExpression.escapedPattern(for: symbol) + #"(?![\p{L}\p{Nd}])"#
      return (name: "emoticon", pattern: try NSRegularExpression(pattern: pattern))
    }
    icons =
      try pictures
      + rules([
        "dash": #"(?<![^\#(blank)])--(?![^\#(blank)])"#,
        "long dash": #"(?<![^\#(blank)])---(?![^\#(blank)])"#,
      ])
    address = try NSRegularExpression(
      pattern:
        #"(?<=[^"\[|'!]|^)(?<![A-Za-z0-9])(?:https?://|ftps?://|mailto:|nntp://|news://|irc://|file:)"#
        + #"[-_.!~*';/?:@#&=%+$,A-Za-z0-9\[\]()\\]+"#)
    escape = try NSRegularExpression(pattern: #"(?<!\\)\\([\-#*_+?^~|%{}\[\]()!@])"#)
    forcedBreak = try NSRegularExpression(pattern: #"(?<!\\)\\{2}(?![^\#(blank)]*\\)"#)
    entity = try NSRegularExpression(
      pattern: "&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
  }

  /// Renders markup.
  ///
  /// - Parameter markup: what a field holds.
  /// - Returns: what a reader sees.
  public func page(of markup: String) -> Page {
    var page = Page(text: markup)
    if hasMacro(markup) { page.formats.insert("macro") }
    let lines = markup.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = String(line)
      for (name, pattern) in blocks {
        line = replace(pattern, in: line) { _ in
          page.formats.insert(name)
          return ""
        }
      }
      return line
    }
    var text = lines.joined(separator: "\n")
    if hasLink(text) { page.formats.insert("link in brackets") }
    var tokens: [String] = []
    text = replace(address, in: text) { match in
      page.formats.insert(match[0].hasPrefix("mailto:") ? "mail" : "address")
      var shown = match[0]
      while let last = shown.last, #".,>)];}"'!"#.contains(last) { shown.removeLast() }
      let left = match[0].dropFirst(shown.count)
      tokens.append(shown.hasPrefix("mailto:") ? String(shown.dropFirst(7)) : shown)
      return String(
        Unicode.Scalar(Self.firstToken + UInt32(tokens.count - 1)).map(Character.init) ?? "?")
        + left
    }
    text = replace(escape, in: text) { match in
      "{}[]".contains(match[1]) ? match[1] : "&#\(match[1].unicodeScalars.first?.value ?? 0);"
    }
    for (name, pattern) in icons + [("image", image)] + phrases {
      text = replace(pattern, in: text) { match in
        // Between two exclamation marks there must be room for a name.
        guard name != "image" || (match[1].utf16.count >= 5 && !match[1].hasPrefix(")")) else {
          return match[0]
        }
        page.formats.insert(name)
        return match.count > 1 ? match[1] : ""
      }
    }
    text = replace(forcedBreak, in: text) { _ in
      page.formats.insert("forced break")
      return "\n"
    }
    page.text = decoded(text)
    for (index, token) in tokens.enumerated() {
      guard let scalar = Unicode.Scalar(Self.firstToken + UInt32(index)) else { continue }
      page.text = page.text.replacingOccurrences(
        of: String(Character(scalar)), with: decoded(token))
    }
    return page
  }

  /// What a browser makes of entities.
  private func decoded(_ text: String) -> String {
    replace(entity, in: text) { match in
      let name = match[1]
      let names = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "nbsp": "\u{a0}", "copy": "©", "euro": "€",
      ]
      guard name.hasPrefix("#") else { return names[name] ?? match[0] }
      let isHex = name.dropFirst().lowercased().hasPrefix("x")
      let value = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
      return value.flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? match[0]
    }
  }

  /// A brace begins a macro unless a backslash stands before it or another mark of its own behind it.
  private func hasMacro(_ markup: String) -> Bool {
    var isEscaped = false
    let characters = Array(markup.unicodeScalars)
    var index = 0
    while index < characters.count {
      defer { index += 1 }
      if isEscaped {
        isEscaped = false
      } else if characters[index] == "\\" {
        isEscaped = true
      } else if characters[index] == "{", index + 1 < characters.count {
        if "{*?^_-+~".unicodeScalars.contains(characters[index + 1]) {
          index += 1
        } else if characters[index...].prefix(while: { $0 != "\n" }).dropFirst(2).contains("}") {
          return true
        }
      }
    }
    return false
  }

  private func hasLink(_ text: String) -> Bool {
    let characters = Array(text.unicodeScalars)
    for index in characters.indices
    where characters[index] == "[" && (index == 0 || characters[index - 1] != "\\") {
      guard index + 1 < characters.count, characters[index + 1] != "]", characters[index + 1] != " "
      else { continue }
      var previous: Unicode.Scalar?
      for character in characters[(index + 1)...] {
        if character == "\n" || (character == "[" && previous != "\\") { break }
        if character == "]" && previous != "\\" { return true }
        previous = character
      }
    }
    return false
  }

  private func replace(
    _ pattern: NSRegularExpression, in text: String, _ body: ([String]) -> String
  ) -> String {
    let whole = text as NSString
    var result = ""
    var done = 0
    for match in pattern.matches(in: text, range: NSRange(location: 0, length: whole.length)) {
      result += whole.substring(with: NSRange(location: done, length: match.range.location - done))
      result += body(
        (0..<match.numberOfRanges).map { group in
          let range = match.range(at: group)
          return range.location == NSNotFound ? "" : whole.substring(with: range)
        })
      done = match.range.location + match.range.length
    }
    return result + whole.substring(from: done)
  }
}
