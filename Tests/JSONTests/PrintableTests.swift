import Testing

@testable import JSON

/// The one escaper of all sinks.
struct PrintableTests {
  /// Broken variants: a list of C0 alone, a list of bidirectional controls without the isolates, one that forgets tags.
  @Test(arguments: [
    "\u{0}", "\n", "\u{1B}", "\u{7F}", "\u{9B}", "\u{85}", "\u{2028}", "\u{2029}", "\u{202E}",
    "\u{202A}",
    "\u{2066}", "\u{2069}", "\u{200E}", "\u{61C}", "\u{200B}", "\u{FEFF}", "\u{AD}", "\u{FFF9}",
    "\u{E0041}",
  ])
  func `what moves a cursor, reverses the text or hides is replaced`(text: String) {
    #expect("a\(text)b".printable() == "a�b")
    #expect("a\(text)b".printable { _ in "" } == "ab")
  }

  @Test(arguments: [
    "plain", "Größe", "日本語", "می\u{200C}خواهم", "👩\u{200D}👩\u{200D}👧", "❤\u{FE0F}", "e\u{301}",
    "\u{A0}", "مرحبا", "",
  ])
  func `what people write stays as it is`(text: String) {
    #expect(text.printable() == text)
  }

  @Test func `a sink keeps what it needs`() {
    #expect("a\n\tb\r".printable(keeping: ["\n", "\t"]) == "a\n\tb�")
  }

  /// Broken variant: one that replaces, so that a program gets another value than the database has.
  @Test(arguments: [
    "\u{9B}31m", "\u{202E}gpj", "\u{E0041}", "\u{0}", "a\u{7F}b", "\\u009b", "tab\tand\nline",
  ])
  func `JSON for a sink is free of them, and equal once it is parsed`(text: String) throws {
    let json: JSON = .object(["k\(text)": .array([.string(text)])])
    let shown = json.printable.unicodeScalars.filter(\.isUnprintable)
    #expect(shown.isEmpty)
    #expect(try JSON(parsing: json.printable) == json)
  }
}
