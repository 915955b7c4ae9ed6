/// What waits to be written to standard output and standard error, in the order in which it came; without any I/O.
///
/// Lines for standard error are dropped and counted while too many wait, and the work goes on. Results
/// for standard output are kept.
struct OutputQueue: Sendable {
  /// A piece that is written as a whole.
  struct Piece: Sendable, Hashable {
    var stream: StandardStream
    var text: String
    /// How many lines are lost where it cannot be written.
    var lines: Int
  }

  /// How many bytes for standard error may wait.
  let limit: Int
  private var pieces: [Piece] = []
  private var errorBytes = 0
  private var dropped = 0
  private var failed = 0

  init(limit: Int = 1 << 20) { self.limit = limit }

  /// Whether nothing waits, not even the number of lost lines.
  var isEmpty: Bool { pieces.isEmpty && dropped == 0 }

  /// Adds a text, or counts its lines where there is no room.
  mutating func add(_ text: String, to stream: StandardStream) {
    let lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
    if stream == .error {
      // Once lines are dropped, all are until the queue was taken: so one number says where how many are missing.
      guard dropped == 0, errorBytes + text.utf8.count <= limit else {
        dropped += max(lines, 1)
        return
      }
      errorBytes += text.utf8.count
    }
    if let last = pieces.last, last.stream == stream, last.text.utf8.count < 4_096 {
      pieces[pieces.count - 1].text += text
      pieces[pieces.count - 1].lines += lines
    } else {
      pieces.append(Piece(stream: stream, text: text, lines: lines))
    }
  }

  /// Takes all that waits, with the number of lines that were lost before and after it.
  ///
  /// - Parameter describe: the line that says how many were lost.
  /// - Returns: the pieces to write, in order.
  mutating func take(describe: (Int) -> String) -> [Piece] {
    var taken = pieces
    // The number of dropped lines is written before the next line, and only then: the reader may be gone.
    if failed > 0, taken.contains(where: { $0.stream == .error }) {
      taken.insert(Piece(stream: .error, text: describe(failed) + "\n", lines: failed), at: 0)
      failed = 0
    }
    if dropped > 0 {
      taken.append(Piece(stream: .error, text: describe(dropped) + "\n", lines: dropped))
    }
    pieces = []
    errorBytes = 0
    dropped = 0
    return taken
  }

  /// A piece could not be written.
  mutating func lost(_ piece: Piece) {
    if piece.stream == .error { failed += max(piece.lines, 1) }
  }
}
