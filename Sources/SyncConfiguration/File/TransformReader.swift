import Mapping
import Yams

/// Reads the list of transforms of a field.
struct TransformReader {
  private let what: String
  private static let plain: [String: FieldTransform] = [
    "trim": .trim, "lower": .lower, "upper": .upper, "first_line": .firstLine,
  ]
  private static let known = [
    "trim", "lower", "upper", "first_line", "truncate", "split", "join", "constant", "regex",
    "date_format",
  ]

  init(_ what: String) { self.what = what }

  /// Reads a list of steps, or one.
  func read(_ node: Node, _ issues: inout ConfigurationIssues) -> [FieldTransform] {
    guard case .sequence(let elements) = node else {
      return step(node, &issues).map { [$0] } ?? []
    }
    return elements.compactMap { step($0, &issues) }
  }

  private func step(_ node: Node, _ issues: inout ConfigurationIssues) -> FieldTransform? {
    if case .scalar = node {
      guard let name = issues.text(node, what) else { return nil }
      if let step = Self.plain[name] { return step }
      let hint =
        Self.known.contains(name)
        ? "; it needs a value, as in '- \(name): …'" : Spelling.hint(name, in: Self.known)
      issues.add(
        "'\(name)' in \(what) is no transform by itself\(hint); transforms are "
          + Self.known.joined(separator: ", "), at: node)
      return nil
    }
    guard let members = issues.members(node, what, known: Self.known) else { return nil }
    guard members.count == 1, let (name, _, value) = members.first else {
      if members.count > 1 { issues.add("each of \(what) must be one transform", at: node) }
      return nil
    }
    switch name {
    case "truncate": return issues.count(value, "\(what).truncate").map { .truncate($0) }
    case "split": return issues.text(value, "\(what).split").map { .split($0) }
    case "join": return issues.text(value, "\(what).join").map { .join($0) }
    case "constant": return issues.text(value, "\(what).constant").map { .constant($0) }
    case "date_format": return issues.text(value, "\(what).date_format").map { .dateFormat($0) }
    case "regex": return regex(value, &issues)
    default:
      issues.add("\(name) in \(what) takes no value; write '- \(name)'", at: value)
      return nil
    }
  }

  private func regex(_ node: Node, _ issues: inout ConfigurationIssues) -> FieldTransform? {
    var pattern: TextPattern?
    var replacement = ""
    let members = issues.members(node, "\(what).regex", known: ["pattern", "replacement"]) ?? []
    for (key, _, value) in members {
      guard let text = issues.text(value, "\(what).regex.\(key)") else { continue }
      guard key == "pattern" else {
        replacement = text
        continue
      }
      do {
        pattern = try TextPattern(text)
      } catch {
        issues.add("\(what).regex.pattern is no regular expression: \(error)", at: value)
        return nil
      }
    }
    guard let pattern else {
      issues.add("\(what).regex needs a pattern", at: node)
      return nil
    }
    return .regex(pattern, replacement: replacement)
  }
}

extension FieldTransform {
  /// The step as `jira-sync.yaml` names it.
  var name: String {
    switch self {
    case .trim: "trim"
    case .lower: "lower"
    case .upper: "upper"
    case .firstLine: "first_line"
    case .truncate: "truncate"
    case .split: "split"
    case .join: "join"
    case .constant: "constant"
    case .regex: "regex"
    case .dateFormat: "date_format"
    }
  }

  /// Whether a value that went through it can come back into the column.
  var isReversible: Bool {
    switch self {
    case .trim, .lower, .upper, .split, .join: true
    case .firstLine, .truncate, .constant, .regex, .dateFormat: false
    }
  }
}
