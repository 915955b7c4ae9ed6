/// How far something is: a bar that is drawn over and over on a terminal, a line now and then elsewhere.
struct Progress {
  private let terminal: Terminal
  private let total: Int?
  private let unit: String
  private let started: ContinuousClock.Instant
  private var lineAt: ContinuousClock.Instant
  private var isDrawn = false
  private var lastDone = -1

  /// Begins.
  ///
  /// - Parameters:
  ///   - total: how many there are; nil where that is unknown.
  ///   - unit: what is counted: "jobs".
  ///   - terminal: where it is shown.
  init(total: Int?, unit: String, terminal: Terminal = Terminal(.error)) {
    self.total = total
    self.unit = unit
    self.terminal = terminal
    started = .now
    lineAt = .now
  }

  /// Shows how far it is.
  ///
  /// - Parameters:
  ///   - done: how many are done.
  ///   - total: how many there are, where that has changed.
  mutating func show(_ done: Int, of total: Int? = nil) {
    let total = total ?? self.total
    let elapsed = (ContinuousClock.now - started) / .seconds(1)
    if terminal.isInteractive {
      let line = Self.bar(
        done: done, total: total, unit: unit, elapsed: elapsed, width: terminal.width ?? 80)
      terminal.stream.draw("\r\(line)\u{1B}[K")
      isDrawn = true
    } else if .now - lineAt >= .seconds(5), done != lastDone {
      lineAt = .now
      lastDone = done
      terminal.stream.write(Self.facts(done: done, total: total, unit: unit, elapsed: elapsed))
    }
  }

  /// Says something beside it.
  mutating func say(_ text: String) {
    finish()
    terminal.stream.write(text)
  }

  /// Takes the bar away.
  mutating func finish() {
    guard isDrawn else { return }
    terminal.stream.draw("\r\u{1B}[K")
    isDrawn = false
  }

  /// The bar: `[#####-----] 450 of 900 jobs, 12.5/s, 36 s left`.
  static func bar(done: Int, total: Int?, unit: String, elapsed: Double, width: Int) -> String {
    let facts = facts(done: done, total: total, unit: unit, elapsed: elapsed)
    // The last column stays free: a cursor there wraps on some terminals.
    let room = min(40, width - facts.count - 4)
    guard let total, total > 0, room >= 8 else { return facts.cut(to: width - 1) }
    let filled = min(room, room * done / total)
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: "-", count: room - filled) + "] " + facts
  }

  /// The facts: `450 of 900 jobs, 12.5/s, 36 s left`.
  static func facts(done: Int, total: Int?, unit: String, elapsed: Double) -> String {
    var text = total.map { "\(done) of \($0) \(unit)" } ?? "\(done) \(unit)"
    guard done > 0, elapsed > 0.5 else { return text }
    let rate = Double(done) / elapsed
    let tenths = Int((rate * 10).rounded())
    text += rate < 100 ? ", \(tenths / 10).\(tenths % 10)/s" : ", \(Int(rate))/s"
    if let total, done < total { text += ", \(Span.text(Double(total - done) / rate)) left" }
    return text
  }
}
