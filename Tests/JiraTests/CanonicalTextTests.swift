import Jira
import Simulation
import Testing

/// Texts that mean the same have one form.
@Suite struct CanonicalTextTests {
  @Test(arguments: [
    ("a\r\nb\rc\n", "a\nb\nc"), ("a  \n\t\nb \u{a0}\n\n", "a\n\nb"), ("  a", "  a"),
    ("\n\na", "\n\na"),
    ("a\u{0}b\u{7}c\u{7f}\u{85}", "abc"), ("\u{feff}a", "a"), ("e\u{301}", "\u{e9}"),
    ("\u{212b}", "\u{c5}"), ("e\u{0}\u{301}", "\u{e9}"), (" \n \n", ""), ("", ""),
  ])
  func `lines are brought into form`(text: String, expected: String) {
    // Bytes, as Swift holds texts for equal whose normal forms are.
    #expect(Array(CanonicalText.lines(text).utf8) == Array(expected.utf8))
  }

  @Test(arguments: [
    (" a ", "a"), ("a\n\nb", "a b"), ("a \n b", "a b"), ("a\tb", "a b"), ("a  b", "a  b"),
    ("a\u{2028}b", "a b"), ("\n", ""),
  ])
  func `a line has no ends`(text: String, expected: String) {
    #expect(CanonicalText.line(text) == expected)
  }

  @Test func `the form of a form is itself`() {
    var generator = SeededGenerator(for: "CanonicalTextTests")
    for _ in 0..<3_000 {
      let text = generator.text()
      let lines = CanonicalText.lines(text)
      let line = CanonicalText.line(text)
      #expect(Array(CanonicalText.lines(lines).utf8) == Array(lines.utf8), "seed \(generator.seed)")
      #expect(Array(CanonicalText.line(line).utf8) == Array(line.utf8), "seed \(generator.seed)")
      #expect(!line.unicodeScalars.contains("\n"), "seed \(generator.seed)")
    }
  }

  /// Catches a short cut for texts that need no change which takes one that does for one of them.
  @Test
  func
    `every short text of blanks, line ends, tabs and letters has the same form with a longer way round`()
  {
    let alphabet = [" ", "\n", "\t", "a"]
    var texts = [""]
    for _ in 1...5 {
      texts += texts.filter { $0.utf8.count < 5 }.flatMap { text in alphabet.map { text + $0 } }
    }
    for text in Set(texts) {
      // A character that is taken out makes any text go the long way.
      #expect(CanonicalText.lines(text) == CanonicalText.lines("\u{1}" + text))
      #expect(CanonicalText.line(text) == CanonicalText.line("\u{1}" + text))
    }
  }

  /// Catches a short cut that takes a character for plain which is removed, is white space or has another normal form: with
  /// all of U+00A0 to U+2FFF called plain, this fails at the no-break space.
  @Test
  func `every character has the same form alone, doubled and in a text with a longer way round`() {
    for scalar in (1...0x30ff as ClosedRange<UInt32>).compactMap({ Unicode.Scalar($0) }) {
      for text in ["\(scalar)", "\(scalar)\(scalar)", "a\(scalar)b", "a\(scalar)\n\(scalar)b"] {
        let number = String(scalar.value, radix: 16)
        let lines = CanonicalText.lines(text)
        #expect(
          Array(lines.utf8) == Array(CanonicalText.lines("\u{1}" + text).utf8), "U+\(number)")
        #expect(
          Array(CanonicalText.line(text).utf8) == Array(CanonicalText.line("\u{1}" + text).utf8),
          "U+\(number)")
      }
    }
  }
}
