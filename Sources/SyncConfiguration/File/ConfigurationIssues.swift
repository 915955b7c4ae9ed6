import Mapping
import Yams

/// Collects what is wrong with a YAML text, each with its place.
struct ConfigurationIssues {
  let file: String
  private(set) var found: [MappingError.Issue] = []

  init(file: String) { self.file = file }

  /// Notes something that is wrong at a node.
  mutating func add(_ message: String, at node: Node) {
    found.append(issue(message, at: node))
  }

  /// Something to say of a node.
  func issue(_ message: String, at node: Node) -> MappingError.Issue {
    MappingError.Issue(message, file: file, line: node.mark?.line, column: node.mark?.column)
  }

  /// The text of a scalar that is not null; notes what is there instead.
  mutating func text(_ node: Node, _ what: String) -> String? {
    guard case .scalar(let scalar) = node, !node.isNull else {
      add("\(what) must be a text, but is \(Self.kind(node))", at: node)
      return nil
    }
    return scalar.string
  }

  /// A yes or no; notes what is there instead.
  mutating func flag(_ node: Node, _ what: String) -> Bool? {
    guard let flag = node.plainBool else {
      add("\(what) must be true or false, but is \(Self.kind(node))", at: node)
      return nil
    }
    return flag
  }

  /// A whole number from 1; notes what is there instead.
  mutating func count(_ node: Node, _ what: String) -> Int? {
    guard let number = node.plainInt, number > 0 else {
      add("\(what) must be a whole number from 1, but is \(Self.kind(node))", at: node)
      return nil
    }
    return number
  }

  /// One of some words; notes what is there instead, and what may have been meant.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: Node, _ what: String, as _: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let text = text(node, what) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let allowed = Choice.allCases.map(\.rawValue)
    add(
      "\(what) is '\(text)', but must be one of \(allowed.joined(separator: ", "))"
        + Spelling.hint(text, in: allowed), at: node)
    return nil
  }

  /// A time within limits, such as `30s`, `5m`, `2h` or `1d`; a number alone is seconds.
  mutating func duration(
    _ node: Node, _ what: String, in range: ClosedRange<Duration>
  ) -> Duration? {
    guard !node.isNull else { return nil }
    guard let duration = node.string.flatMap(Self.duration) else {
      add("\(what) is \(Self.kind(node)); write a time such as 30s, 5m, 2h or 1d", at: node)
      return nil
    }
    guard range.contains(duration) else {
      let bounds = (TimeSpan.text(range.lowerBound), TimeSpan.text(range.upperBound))
      add("\(what) is \(Self.kind(node)); it takes from \(bounds.0) to \(bounds.1)", at: node)
      return nil
    }
    return duration
  }

  private static func duration(_ text: String) -> Duration? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? text[...] : text.dropLast()), number >= 0, number < 1e9
    else { return nil }
    return .seconds(number * (unit ?? 1))
  }

  /// A length of time with its unit, such as `15m`.
  mutating func span(_ node: Node, _ what: String) -> Duration? {
    if let span = node.string.flatMap(TimeSpan.parse) { return span }
    add(
      "\(what) is \(Self.kind(node)), but must be a length of time such as 15m, 1h or 1d", at: node)
    return nil
  }

  /// A share such as `20%` or `0.2`.
  mutating func share(_ node: Node, _ what: String) -> Double? {
    guard !node.isNull else { return nil }
    var text = node.string ?? ""
    let isPercent = text.hasSuffix("%")
    if isPercent { text.removeLast() }
    let share = Double(text).map { isPercent ? $0 / 100 : $0 }
    guard let share, (0...1).contains(share) else {
      add("\(what) is \(Self.kind(node)); write a share such as 20%", at: node)
      return nil
    }
    return share
  }

  /// A list of texts; a single text counts as a list of one.
  mutating func texts(_ node: Node, _ what: String) -> [String]? {
    guard case .sequence(let elements) = node else { return text(node, what).map { [$0] } }
    return elements.compactMap { text($0, "each of \(what)") }
  }

  /// The members of a mapping whose keys are all known.
  mutating func members(
    _ node: Node, _ what: String, known: [String]?
  ) -> [(key: String, node: Node, value: Node)]? {
    guard case .mapping(let mapping) = node else {
      add("\(what) must be a mapping of keys to values, but is \(Self.kind(node))", at: node)
      return nil
    }
    var members: [(key: String, node: Node, value: Node)] = []
    for (key, value) in mapping {
      guard let name = text(key, "a key of \(what)") else { continue }
      if let known, !known.contains(name) {
        add(
          "unknown key '\(name)' in \(what)" + Spelling.hint(name, in: known)
            + "; allowed are \(known.joined(separator: ", "))", at: key)
        continue
      }
      members.append((name, key, value))
    }
    return members
  }

  /// What a node is, in words.
  static func kind(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): node.isNull ? "empty" : "'\(scalar.string.prefix(40))'"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
