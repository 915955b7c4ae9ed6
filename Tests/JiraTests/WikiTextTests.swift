import Jira
import Simulation
import Testing

/// Plain text survives the way into wiki markup and back; markup that people wrote is called lossy.
@Suite struct WikiTextTests {
  @Test(arguments: [
    ("plain text, file_path_x and a*b*c", "plain text, file_path_x and a*b*c"),
    ("*bold* and _it_", #"\*bold* and \_it_"#), ("{code}", #"\{code}"#), ("[x|y]", #"\[x|y]"#),
    ("h1. Title", "h1&#46; Title"), ("bq. said", "bq&#46; said"), ("- item", #"\- item"#),
    ("  # one", "  \\# one"), ("|a|b|", #"\|a|b|"#), ("C:\\temp", "C:&#92;temp"),
    ("&amp; & &", "&amp;amp; & &"), ("smile :)", #"smile :\)"#), ("ok (/)", #"ok \(/)"#),
    ("https://x/~ann/_edge", "https://x/~ann/_edge"), ("https://x/{a}", #"https&#58;//x/\{a}"#),
    ("wow! really?", "wow! really?"), ("!pic.png!", #"\!pic.png!"#), ("a - b", "a - b"),
  ])
  func `only what could be markup is escaped`(text: String, markup: String) {
    #expect(WikiText.escape(text) == markup)
    let read = WikiText.text(of: markup)
    #expect(read.text == text)
    #expect(!read.lossy)
  }

  /// Broken variant: a backslash before each special character, and backslashes left alone.
  @Test func `every text comes back as it was`() {
    var generator = SeededGenerator(for: "WikiTextTests")
    for _ in 0..<5_000 {
      let text = CanonicalText.lines(generator.text())
      let markup = WikiText.escape(text)
      let read = WikiText.text(of: markup)
      #expect(
        Array(read.text.utf8) == Array(text.utf8),
        "seed \(generator.seed): \(text.debugDescription)")
      #expect(!read.lossy, "seed \(generator.seed): \(text.debugDescription)")
    }
  }

  @Test(arguments: [
    "*bold*", "h1. Title", "{code}x{code}", "[link|https://e.com]", "- item", "||head||",
    "line\\\\break", "!pic.png!", "{color:red}x{color}",
  ])
  func `markup of people is lossy`(markup: String) {
    #expect(WikiText.text(of: markup).lossy)
  }

  @Test(arguments: ["a [b", "C:\\temp", "x \\"])
  func `reading never fails`(markup: String) {
    #expect(!WikiText.text(of: markup).text.isEmpty)
  }

  @Test func `a backslash that escapes nothing is not formatting`() {
    let read = WikiText.text(of: "C:\\temp")
    #expect(read.text == "C:\\temp")
    #expect(!read.lossy)
  }
}
