import Jira
import JiraSandbox
import Simulation
import TestSupport
import Testing

/// What the client writes and reads as wiki markup, judged by a renderer that was written from Atlassian's own.
@Suite("Wiki markup means what the row says")
struct WikiMarkupTests {
  private static let hardTexts = [
    #"say \"hi\""#, #"foo\.bar"#, #"C:\.git"#, "h1.", "h3.Title", "bq. said", ":)", "a:D",
    "; ;) ;-) :-( (*r)", "f(x), (y) and (/)",
    "https://x/~ann/_edge", "see https://x/a_(b)_c, or http://x/*a*!", "https://x/{id}/[y]",
    #"https://x/\a"#, "https://x/&lt;",
    "mailto:ann@x.example", "https://x|y", "\"https://x/_a_\"", "*-) a*) (!) (*)", "{*}bold{*}",
    "{{mono}} {{{x}}}", "{code}x{code}",
    "{noformat}", "[text|https://x]", "[~ann]", "[^file.txt]", "!image.png|thumbnail!", "|a|b|",
    "||head||", "----", " -- ",
    "a -- b --- c", "* item\n# one\n- two\n ** three", #"a \\ b"#, #"\\server\share"#, #"end\"#,
    "&nbsp; &amp; &#41; &x", "½*bold*",
    "\u{a0}_em_ *\u{a0}x*", "??cite?? ^up^ ~down~ +ins+ -del-", "a*b*c file_path_x 1-2-3",
    "\n\n  indented\n\n\nlast", "é_x_ »_x_",
  ]

  @Test(arguments: hardTexts)
  func `A text of the row is shown as it is, and reads back as itself`(text: String) throws {
    try expectShown(CanonicalText.lines(text), by: WikiRenderer())
  }

  /// Fails without the rule about what stands behind an escape, about addresses, or about any other stage of the renderer.
  @Test
  func `So is any text`() throws {
    let renderer = try WikiRenderer()
    var generator = SeededGenerator(seed: SeededGenerator.runSeed &+ 35)
    for _ in 0..<3_000 {
      try expectShown(CanonicalText.lines(generator.wikiText(escapes: false)), by: renderer)
    }
  }

  @Test(arguments: [
    (#"say \"hi\""#, #"say \"hi\""#), (#"foo\.bar"#, #"foo\.bar"#), (#"C:\.git"#, #"C:\.git"#),
    (#"h1\."#, #"h1\."#),
    (#"\*no list\*"#, "*no list*"), (#"\\server\share"#, #"\\server\share"#),
    ("a&nbsp;b &copy; &#8364;", "a\u{a0}b © €"),
    ("https://x/~ann/_edge", "https://x/~ann/_edge"), (#"https://x/\~ann"#, #"https://x/\~ann"#),
    (#"a\b \ c"#, #"a\b \ c"#),
  ])
  func `Text that people typed in JIRA arrives as it is read there`(markup: String, text: String)
    throws
  {
    #expect(try WikiRenderer().page(of: markup).text == text)
    #expect(WikiText.text(of: markup).text == text)
  }

  @Test
  func `So does any text without formatting, and what has some is never called plain`() throws {
    let renderer = try WikiRenderer()
    var generator = SeededGenerator(seed: SeededGenerator.runSeed &+ 36)
    for _ in 0..<3_000 {
      let markup = CanonicalText.lines(generator.wikiText(escapes: true))
      let page = renderer.page(of: markup)
      let read = WikiText.text(of: markup)
      let formats = page.formats.subtracting(["address"])
      guard formats.isEmpty else {
        #expect(
          read.lossy, "seed \(SeededGenerator.runSeed): \(markup.debugDescription) has \(formats)")
        continue
      }
      #expect(
        same(read.text, CanonicalText.lines(page.text)),
        "seed \(SeededGenerator.runSeed): \(markup.debugDescription)")
    }
  }

  @Test(arguments: [
    ("*bold* text", "*bold* text"), ("* one\n* two", "* one\n* two"),
    ("{code}\nlet x = 1\n{code}", "{code}\nlet x = 1\n{code}"),
    ("h1. Title", "h1. Title"), ("[text|https://x]", "[text|https://x]"),
    ("||a||\n|b|", "||a||\n|b|"), ("fine :)", "fine :)"),
    (#"one\\two"#, "one\ntwo"),
  ])
  func `Formatting that people made reads as plain text, as before, and is known as formatting`(
    markup: String, text: String
  ) {
    let read = WikiText.text(of: markup)
    #expect(read.text == text)
    #expect(read.lossy)
  }

  /// A renderer that sees no markup would find nothing wrong.
  @Test(arguments: [
    ("*b*", "strong"), ("_e_", "emphasis"), ("h1. x", "heading"), ("- x", "list"),
    ("|x|", "table"), ("----", "rule"),
    ("(y)", "emoticon"), (#"\:)"#, "emoticon"), ("a -- b", "dash"), ("!x.png!", "image"),
    ("{code}", "macro"), ("[x]", "link in brackets"),
    ("{{x}}", "monospaced"), (#"\{\{x}}"#, "monospaced"), (#"\*)"#, "emoticon"),
    (#"a\\b"#, "forced break"), ("{*}x{*}", "strong"),
  ])
  func `The renderer sees formatting`(markup: String, format: String) throws {
    #expect(try WikiRenderer().page(of: markup).formats.contains(format))
  }

  private func expectShown(_ text: String, by renderer: WikiRenderer) throws {
    let markup = WikiText.escape(text)
    let page = renderer.page(of: markup)
    let place: Testing.Comment =
      "seed \(SeededGenerator.runSeed): \(text.debugDescription) as \(markup.debugDescription)"
    #expect(same(page.text, text), place)
    #expect(page.formats.isSubset(of: ["address"]), place)
    let read = WikiText.text(of: markup)
    #expect(same(read.text, text), place)
    #expect(!read.lossy, place)
  }

  private func same(_ first: String, _ second: String) -> Bool {
    first.unicodeScalars.elementsEqual(second.unicodeScalars)
  }
}

extension SeededGenerator {
  private static let pieces = [
    "a", "b7", "word", "é", "½", "x ", " ", " ", "\n", "\n\n", "\u{a0}", "\"", "'", ".", ",", "/",
    "@", "%", "<", ">", "=", "😀",
    "*", "_", "-", "+", "~", "^", "?", "??", "!", "|", "||", "{", "}", "{{", "}}", "[", "]", "(",
    ")", ":", ";", "&", "#", "\\", "--", "---",
    "----", "h1.", "bq.", "# ", "* ", "- ", ":)", ";)", ";-)", ":D", ":-(", "(y)", "(x)", "(*r)",
    "(flag)", "https://x/", "http://", "ftp://h",
    "mailto:", "file:", "~ann/_edge", "{code}", "{*}", "{color:red}", "[~ann]", "[^f]", "!i.png!",
    "&nbsp;", "&amp;", "&#41;", "&#x41;", "&foo;",
    "C:\\", "\\\\s\\t",
  ]
  private static let escapes = [
    "\\*", "\\(", "\\)", "\\{", "\\[", "\\-", "\\.", "\\\"", "\\\\", "\\!", "&#42;", "&copy;",
  ]

  /// A text of what is special to the renderer, in any order.
  fileprivate mutating func wikiText(escapes: Bool) -> String {
    let pieces = escapes ? Self.pieces + Self.escapes + Self.escapes : Self.pieces
    return (0..<Int.random(in: 1...9, using: &self)).map { _ in pick(pieces) }.joined()
  }
}
