/// A chart as SVG: bars or a line over days, with a scale.
struct Chart: Sendable {
  /// What is drawn.
  struct Series: Sendable {
    var name: String
    var color: String
    var values: [Int]
  }

  private let width = 720
  private let height = 220
  private let left = 44
  private let bottom = 26
  private let top = 12
  let labels: [String]
  let title: String

  /// Prepares a chart.
  ///
  /// - Parameters:
  ///   - title: what it shows, for who cannot see it.
  ///   - labels: the days.
  init(_ title: String, labels: [String]) {
    self.title = title
    self.labels = labels
  }

  /// Values as an area under a line.
  func area(_ series: Series) -> String {
    let scale = Scale(upTo: series.values.max() ?? 0)
    let points = series.values.enumerated().map { index, value in
      (x: self.x(index), y: self.y(value, scale))
    }
    guard let first = points.first, let last = points.last else { return "" }
    // One day alone is a line, too.
    let line =
      (points.count == 1
      ? [(x: Double(left), y: first.y), (x: Double(width), y: first.y)] : points)
      .map { "\(Self.text($0.x)),\(Self.text($0.y))" }.joined(separator: " ")
    let base = height - bottom
    let start = points.count == 1 ? Double(left) : first.x
    let end = points.count == 1 ? Double(width) : last.x
    var body =
      #"<polygon points="\#(Self.text(start)),\#(base) \#(line) \#(Self.text(end)),\#(base)" fill="\#(series.color)" fill-opacity=".12"/>"#
    body +=
      #"<polyline points="\#(line)" fill="none" stroke="\#(series.color)" stroke-width="2.5" stroke-linejoin="round"/>"#
    body +=
      #"<circle cx="\#(Self.text(last.x))" cy="\#(Self.text(last.y))" r="4" fill="\#(series.color)"/>"#
    let value = series.values.last.map(\.grouped) ?? ""
    body +=
      #"<text x="\#(Self.text(min(last.x, Double(width) - 4)))" y="\#(Self.text(last.y - 10))" class="value" text-anchor="end">\#(value)</text>"#
    return frame(body, scale)
  }

  /// Values as bars that stand on each other.
  func bars(_ all: [Series]) -> String {
    let sums = labels.indices.map { index in all.map { $0.values[index] }.reduce(0, +) }
    let scale = Scale(upTo: sums.max() ?? 0)
    let slot = Double(width - left) / Double(max(labels.count, 1))
    let thickness = min(slot * 0.7, 48)
    var body = ""
    for index in labels.indices {
      var below = 0
      for series in all where series.values[index] > 0 {
        let upper = y(below + series.values[index], scale)
        let lower = y(below, scale)
        let left = x(index) - thickness / 2
        body +=
          #"<rect x="\#(Self.text(left))" y="\#(Self.text(upper))" width="\#(Self.text(thickness))" height="\#(Self.text(lower - upper))" fill="\#(series.color)"><title>\#(labels[index]): \#(series.values[index].grouped) \#(HTMLText.escaped(series.name))</title></rect>"#
        below += series.values[index]
      }
    }
    return frame(body, scale)
  }

  /// Grid, scale and days around what is drawn.
  private func frame(_ body: String, _ scale: Scale) -> String {
    var grid = ""
    for step in scale.steps {
      let y = Self.text(y(step, scale))
      grid += #"<line x1="\#(left)" y1="\#(y)" x2="\#(width)" y2="\#(y)" class="grid"/>"#
      grid +=
        #"<text x="\#(left - 8)" y="\#(y)" class="scale" text-anchor="end" dominant-baseline="middle">\#(step.grouped)</text>"#
    }
    // As many days as there is room for.
    let every = max(1, (labels.count + 7) / 8)
    for index in stride(from: 0, to: labels.count, by: every) {
      grid +=
        #"<text x="\#(Self.text(x(index)))" y="\#(height - 6)" class="scale" text-anchor="middle">\#(labels[index])</text>"#
    }
    return
      #"<svg viewBox="0 0 \#(width) \#(height)" role="img" aria-label="\#(HTMLText.escaped(title))">\#(grid)\#(body)</svg>"#
  }

  private func x(_ index: Int) -> Double {
    let slot = Double(width - left) / Double(max(labels.count, 1))
    return Double(left) + slot * (Double(index) + 0.5)
  }

  private func y(_ value: Int, _ scale: Scale) -> Double {
    let room = Double(height - bottom - top)
    return Double(height - bottom) - room * Double(value) / Double(scale.top)
  }

  /// One digit after the point.
  private static func text(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0
      ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }

  /// A scale from zero in round steps.
  struct Scale: Sendable, Hashable {
    /// Its end, at least 1.
    let top: Int
    let steps: [Int]

    init(upTo maximum: Int) {
      var step = 1
      for factor in sequence(first: 1, next: { $0 < 1_000_000_000 ? $0 * 10 : nil }) {
        if let fit = [1, 2, 5].map({ $0 * factor }).first(where: { $0 * 4 >= max(maximum, 1) }) {
          step = fit
          break
        }
      }
      let count = max(1, (max(maximum, 1) + step - 1) / step)
      top = step * count
      steps = (0...count).map { $0 * step }
    }
  }
}
