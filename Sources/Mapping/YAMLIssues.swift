import YAML

/// Collects what is wrong with a YAML text, each with its place.
struct YAMLIssues {
  let file: String
  private(set) var found: [MappingError.Issue] = []

  init(file: String) { self.file = file }

  /// Notes something that is wrong at a node.
  mutating func add(_ message: String, at node: Node) {
    found.append(issue(message, at: node))
  }

  /// Something to say of a node.
  func issue(_ message: String, at node: Node) -> MappingError.Issue {
    MappingError.Issue(message, file: file, line: node.mark.line, column: node.mark.column)
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
    guard let flag = node.bool else {
      add("\(what) must be true or false, but is \(Self.kind(node))", at: node)
      return nil
    }
    return flag
  }

  /// A whole number from 1; notes what is there instead.
  mutating func count(_ node: Node, _ what: String) -> Int? {
    guard let number = node.int, number > 0 else {
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

  /// A list of texts; a single text counts as a list of one.
  mutating func texts(_ node: Node, _ what: String) -> [String]? {
    guard case .sequence(let elements, _) = node else { return text(node, what).map { [$0] } }
    return elements.compactMap { text($0, "each of \(what)") }
  }

  /// The members of a mapping whose keys are all known.
  mutating func members(
    _ node: Node, _ what: String, known: [String]?
  ) -> [(key: String, node: Node, value: Node)]? {
    guard case .mapping(let mapping, _) = node else {
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
    }
  }
}
