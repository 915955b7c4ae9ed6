/// What a scenario cost.
struct Verdict: Sendable {
  var scenario: String
  var changes = 0
  var lost = 0
  var stale = 0
  var twice = 0
  var left = 0
  var dead = 0
  var before = 0.0
  var after = 0.0
  /// The throughput that must be reached again, as a share of the one before.
  var mustReach = 0.9
  var recovery: Duration?
  /// The longest time from a claim by a worker that was then lost until its job was given back, in seconds.
  var rescue: Double?
  var exits = "-"
  var unexpectedExits = 0
  var slowestStop = Duration.zero

  /// Whether nothing was lost or done by a stale lease, and the workers came back: what makes a run fail.
  var isSafe: Bool {
    lost == 0 && stale == 0 && twice == 0 && left == 0 && unexpectedExits == 0 && recovery != nil
      && changes > 0
  }

  /// Whether it was also as fast afterwards as before.
  ///
  /// On a machine that does other things this says little, so it is shown and makes nothing fail.
  var isGood: Bool { isSafe && after >= before * mustReach }

  /// The columns of the table.
  static let columns = [
    "fault", "changes", "lost", "stale", "twice", "left", "dead", "before/s", "after/s",
    "back in s", "rescue s", "exits", "",
  ]

  /// The cells of the table.
  var cells: [String] {
    [
      scenario, "\(changes)", "\(lost)", "\(stale)", "\(twice)", "\(left)", "\(dead)",
      "\(Int(before.rounded()))", "\(Int(after.rounded()))",
      recovery.map { Self.tenths($0.inSeconds) } ?? "never", rescue.map(Self.tenths) ?? "-", exits,
      isGood ? "ok" : isSafe ? "slower" : "FAILED",
    ]
  }

  private static func tenths(_ seconds: Double) -> String {
    String(describing: (seconds * 10).rounded() / 10)
  }

  /// Rows of cells under the columns, each as wide as its widest cell.
  static func table(_ verdicts: [Verdict]) -> String {
    let rows = [columns] + verdicts.map(\.cells)
    let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension Duration {
  /// In seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
