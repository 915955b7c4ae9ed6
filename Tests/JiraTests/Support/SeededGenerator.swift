import Foundation

/// A generator whose numbers follow from its seed (SplitMix64), so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// The seed is that of `JIRA_SYNC_TEST_SEED`, or else a new one, and is printed.
  init(for name: String) {
    let given = ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_SEED"].flatMap { UInt64($0) }
    self.init(seed: given ?? UInt64.random(in: 0...UInt64.max))
    print("\(name): JIRA_SYNC_TEST_SEED=\(seed)")
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Text made of pieces that are known for trouble.
  mutating func text(upTo count: Int = 40) -> String {
    let pieces = [
      "a", "word", "Z9", " ", "  ", "\n", "\n\n", "\n\n\n", "\r\n", "\r", "\t", "\u{0}", "\u{7}",
      "\u{85}", "\u{feff}", "\u{2028}", "\u{a0}", "\u{3000}", "e\u{301}", "\u{301}", "\u{212b}",
      "👩‍👩‍👧", "🇩🇪", "𝒳", "ﬁ", "…", "\\", "\\\\", "{", "{code}", "}", "[", "[x|y]", "]", "*", "_", "-",
      "--", "----", "+", "^", "~", "!", "?", "??", "h1. ", "h1.", "bq. ", "# ", "* ", "- ", "|",
      "||",
      "&", "&amp;", "&#92;", ";", ":)", "(x)", "(/)", "file_path_x", "a*b*c", "C:\\temp", "\"", "'",
      "<", ">", "/",
    ]
    var result = ""
    for _ in 0..<Int.random(in: 0...count, using: &self) {
      result += pieces.randomElement(using: &self) ?? ""
    }
    return result
  }
}
