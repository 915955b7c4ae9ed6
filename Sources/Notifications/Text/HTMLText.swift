import JSON

/// Text that goes into HTML.
enum HTMLText {
  /// Makes text safe in elements and in quoted attributes.
  ///
  /// - Parameter text: any text.
  /// - Returns: the text with the five characters that mean something in HTML replaced, and without what must not be shown.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.printable(keeping: ["\n", "\t"]).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Escaped text whose line ends are kept.
  static func lines(_ text: String) -> String {
    escaped(text).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "<br>")
  }
}
