import Glibc
import JSON

/// Where a command writes: results to `output`, everything else to `error`.
///
/// Writing never waits for a reader, see `OutputThread`.
enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes a line.
  ///
  /// - Parameter line: the text, without its line end.
  func write(_ line: String) { draw(line + "\n") }

  /// Writes a value as a line of JSON.
  func write(_ json: JSON) { write(json.printable) }

  /// Writes a text as it is, such as a part of a line that will be drawn over.
  ///
  /// What came from outside was made harmless before; this is the last place for what was forgotten. ESC begins our own colours.
  ///
  /// - Parameter text: the text.
  func draw(_ text: String) {
    OutputThread.shared.add(text.printable(keeping: ["\n", "\t", "\r", "\u{1B}"]), to: self)
  }

  /// Whether a person looks at it.
  var isTerminal: Bool { isatty(rawValue) == 1 }
}
