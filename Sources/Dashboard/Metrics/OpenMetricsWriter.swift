import JSON

/// Writes metrics in the text format of OpenMetrics 1.0.
///
/// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
struct OpenMetricsWriter: Sendable {
  /// What a metric is.
  enum Kind: String, Sendable {
    case counter
    case gauge
    case histogram
    case info
    case stateset
  }

  /// What such an answer says it is.
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  private(set) var text = ""

  /// Begins a family; its samples follow before another one begins.
  ///
  /// - Parameters:
  ///   - name: the name without the suffixes of its samples; where there is a unit, it ends with it.
  ///   - kind: what it is.
  ///   - unit: the unit of its values.
  ///   - help: what it says, for people.
  mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, help: String) {
    text += "# TYPE \(name) \(kind.rawValue)\n"
    if let unit { text += "# UNIT \(name) \(unit)\n" }
    text += "# HELP \(name) \(Self.escaped(help))\n"
  }

  /// One value.
  ///
  /// - Parameters:
  ///   - name: the sample's name: that of its family, with the suffix that its kind asks for.
  ///   - labels: what tells it from other samples of the family.
  ///   - value: the value.
  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
    text += name
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
      text += "{\(pairs.joined(separator: ","))}"
    }
    text += " \(Self.number(value))\n"
  }

  /// One whole value.
  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
    sample(name, labels, Double(value))
  }

  /// The only value of its family.
  mutating func sample(_ name: String, _ value: Double) { sample(name, [], value) }

  /// The only value of its family, a whole one.
  mutating func sample(_ name: String, _ value: Int) { sample(name, [], Double(value)) }

  /// All samples of a histogram.
  mutating func samples(_ name: String, _ labels: [(String, String)], _ histogram: Histogram) {
    var count = 0
    for (index, bound) in (histogram.bounds + [.infinity]).enumerated() {
      count += histogram.counts[index]
      sample("\(name)_bucket", labels + [("le", Self.bound(bound))], count)
    }
    sample("\(name)_count", labels, histogram.count)
    sample("\(name)_sum", labels, histogram.sum)
  }

  /// One of some states.
  mutating func state(_ name: String, of states: [String], is current: String) {
    for state in states { sample(name, [(name, state)], state == current ? 1 : 0) }
  }

  /// The whole text, with the line that says that nothing is missing.
  var finished: String { text + "# EOF\n" }

  /// Backslashes, quotes and line ends are escaped (section "Escaping").
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.printable(keeping: ["\n", "\r"]).unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\r": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whole numbers without a fraction; infinities and NaN as the format has them.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
    return "\(value)"
  }

  /// In canonical form: `1.0`, `0.25`, `+Inf`.
  private static func bound(_ value: Double) -> String {
    value.isInfinite ? "+Inf" : "\(value)"
  }
}
