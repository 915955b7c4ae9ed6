/// Lines of cells under titles, as wide as they need to be and no wider than the terminal.
struct TextTable: Sendable {
  /// A column.
  struct Column: Sendable {
    var title: String
    /// Numbers stand at the right.
    var isNumeric = false

    init(_ title: String, isNumeric: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
    }
  }

  /// A cell's text, and the colour that says how it is.
  struct Cell: Sendable, ExpressibleByStringLiteral {
    var text: String
    var color: Terminal.Color?

    init(_ text: String?, _ color: Terminal.Color? = nil) {
      self.text = (text ?? "").onOneLine
      self.color = color
    }

    init(stringLiteral value: String) { self.init(value) }
  }

  var columns: [Column]
  var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// The table; the last column takes what is left of the terminal's width.
  ///
  /// - Parameter terminal: where it will stand.
  /// - Returns: the lines, without the last line end.
  func text(for terminal: Terminal) -> String {
    var widths = columns.map(\.title.count)
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.text.count) }
    }
    let last = columns.count - 1
    if let width = terminal.width {
      // The widest columns give way first, the last one before them.
      var excess = widths.reduce(2 * last, +) - width
      for index in [last] + (0..<last).sorted(by: { widths[$0] > widths[$1] }) where excess > 0 {
        let least = max(columns[index].title.count, 12)
        let given = min(excess, max(0, widths[index] - least))
        widths[index] -= given
        excess -= given
      }
    }
    let titles = line(columns.map { Cell($0.title, .dim) }, widths, terminal)
    return ([titles] + rows.map { line($0, widths, terminal) }).joined(separator: "\n")
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ terminal: Terminal) -> String {
    var parts: [String] = []
    for (index, cell) in cells.enumerated() {
      let cut = cell.text.cut(to: widths[index])
      let isLast = index == cells.count - 1
      let padded =
        isLast && !columns[index].isNumeric
        ? cut : cut.padded(to: widths[index], right: columns[index].isNumeric)
      parts.append(terminal.paint(padded, cell.color))
    }
    var text = parts.joined(separator: "  ")
    while text.last == " " { text.removeLast() }
    return text
  }
}
