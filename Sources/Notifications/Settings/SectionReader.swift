import JSON

/// Reads the section `notifications`, and collects what is wrong with it.
struct SectionReader {
  private(set) var problems: [String] = []
  private static let ruleKeys = ["severity", "kinds", "also", "never", "resolved", "digest"]

  mutating func read(_ section: JSON, into rules: inout [String: ChannelRule]) {
    let names = NotificationSettings.channels.map(\.0)
    guard let members = members(section, "notifications", known: names + ["digest"]) else { return }
    // For all channels, so first.
    if let value = members["digest"], let digest = span(value, "notifications.digest") {
      for name in rules.keys { rules[name]?.digest = digest }
    }
    let common = rules["email"] ?? ChannelRule()
    for name in names {
      guard let value = members[name], !value.isNull else { continue }
      switch value {
      case .bool(false): rules[name] = nil
      case .bool(true): rules[name] = rules[name] ?? common
      default: rules[name] = rule(value, "notifications.\(name)", from: rules[name] ?? common)
      }
    }
  }

  private mutating func rule(_ value: JSON, _ path: String, from standard: ChannelRule)
    -> ChannelRule
  {
    var rule = standard
    guard let members = members(value, path, known: Self.ruleKeys) else { return rule }
    if let value = members["severity"] {
      if let severity = value.string.flatMap(Severity.init) {
        rule.severity = severity
      } else {
        problems.append(
          "\(path).severity is \(Self.shown(value)), but must be one of info, warning, error")
      }
    }
    if let value = members["kinds"], let kinds = kinds(value, "\(path).kinds") {
      rule.kinds = kinds
      // Who names kinds means them, and nothing else.
      if members["severity"] == nil { rule.severity = .info }
      if members["also"] == nil { rule.also = [] }
    }
    if let value = members["also"], let kinds = kinds(value, "\(path).also") { rule.also = kinds }
    if let value = members["never"], let kinds = kinds(value, "\(path).never") {
      rule.never = kinds
    }
    if let value = members["resolved"] {
      if let flag = value.bool {
        rule.resolved = flag
      } else {
        problems.append("\(path).resolved is \(Self.shown(value)), but must be true or false")
      }
    }
    if let value = members["digest"], let digest = span(value, "\(path).digest") {
      rule.digest = digest
    }
    return rule
  }

  private mutating func members(_ value: JSON, _ path: String, known: [String]) -> [String: JSON]? {
    guard let members = value.object else {
      problems.append(
        "\(path) is \(Self.shown(value)), but must be a mapping with \(known.joined(separator: ", "))"
      )
      return nil
    }
    for name in members.keys.sorted() where !known.contains(name) {
      problems.append(
        "unknown key '\(name)' in \(path); allowed are \(known.joined(separator: ", "))")
    }
    return members.filter { known.contains($0.key) }
  }

  private mutating func kinds(_ value: JSON, _ path: String) -> [String]? {
    let known = EventKind.allCases.map(\.rawValue)
    let elements = value.array ?? [value]
    var kinds: [String] = []
    for element in elements {
      guard let kind = element.string, known.contains(kind) else {
        problems.append(
          "\(path) names \(Self.shown(element)), but the kinds are \(known.joined(separator: ", "))"
        )
        continue
      }
      kinds.append(kind)
    }
    return kinds
  }

  private mutating func span(_ value: JSON, _ path: String) -> Duration? {
    if let span = value.string.flatMap(TimeSpan.parse) { return span }
    problems.append(
      "\(path) is \(Self.shown(value)), but must be a length of time such as 15m, 1h or 1d")
    return nil
  }

  private static func shown(_ value: JSON) -> String {
    switch value {
    case .null: "empty"
    case .bool(let flag): "\(flag)"
    case .number(let number): "\(number)"
    case .string(let text): "'\(text.prefix(40))'"
    case .array: "a list"
    case .object: "a mapping"
    }
  }
}
