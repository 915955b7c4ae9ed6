import Simulation

extension SeededGenerator {
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
