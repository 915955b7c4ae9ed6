import Glibc
import JSON

/// What is known of where a command writes.
struct Terminal: Sendable {
  /// The stream.
  let stream: StandardStream
  /// Whether a person looks at it.
  let isInteractive: Bool
  /// Whether colours are used: on a terminal, unless `NO_COLOR` is set (https://no-color.org).
  let isColored: Bool
  /// How many columns there are; nil where lines may be of any length.
  let width: Int?

  /// Looks at a stream of this process.
  ///
  /// - Parameters:
  ///   - stream: the stream.
  ///   - noColor: whether `NO_COLOR` is set to anything.
  init(_ stream: StandardStream, noColor: Bool = Terminal.noColor) {
    self.stream = stream
    isInteractive = stream.isTerminal
    isColored = isInteractive && !noColor
    width = isInteractive ? Self.columns(of: stream) : nil
  }

  /// Describes a terminal that is none of this process, for tests.
  init(isColored: Bool, width: Int?) {
    stream = .output
    isInteractive = width != nil
    self.isColored = isColored
    self.width = width
  }

  /// Whether a user can be asked: both ends are a terminal.
  static var canAsk: Bool { isatty(0) == 1 && StandardStream.error.isTerminal }

  /// Whether `NO_COLOR` is set to anything but nothing, or the terminal knows no colours.
  static var noColor: Bool {
    if let terminal = getenv("TERM"), String(cString: terminal) == "dumb" { return true }
    guard let value = getenv("NO_COLOR") else { return false }
    return value.pointee != 0
  }

  /// A text in a colour, where colours are welcome.
  func paint(_ text: String, _ color: Color?) -> String {
    guard isColored, let color else { return text }
    return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
  }

  /// Colours of a terminal, see ECMA-48, "select graphic rendition".
  enum Color: String, Sendable {
    case green = "32"
    case yellow = "33"
    case red = "31"
    case dim = "2"
    case bold = "1"
  }

  private static func columns(of stream: StandardStream) -> Int? {
    var size = winsize()
    guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

extension String {
  /// The text on one line: control characters, which could move a terminal's cursor, become visible.
  var onOneLine: String {
    printable { scalar in
      switch scalar {
      case "\n": " ⏎ "
      case "\t": " "
      default: "�"
      }
    }
  }

  /// The text, cut to a number of characters with an ellipsis.
  func cut(to width: Int) -> String {
    guard count > width else { return self }
    return width > 1 ? prefix(width - 1) + "…" : String(prefix(max(width, 0)))
  }

  /// The text with blanks up to a width.
  func padded(to width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return right ? blanks + self : self + blanks
  }
}
