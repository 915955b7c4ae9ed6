import Yams

extension Node {
  /// A few lines of aliases of aliases can stand for more nodes than there is memory.
  private static let mostNodes = 100_000

  /// Reads the only document of a text.
  ///
  /// - Parameter yaml: the text.
  /// - Returns: its root; nil where there is no document.
  /// - Throws: `YAMLError` where the text is not YAML, has a key twice in one mapping, or has more than one document.
  static func parse(_ yaml: String) throws(YAMLError) -> Node? {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw YAMLError(error)
    } catch {
      throw YAMLError(problem: "\(error)", mark: nil)
    }
    var count = 0
    try root?.counted(&count)
    return root
  }

  private func counted(_ count: inout Int) throws(YAMLError) {
    count += 1
    guard count <= Self.mostNodes else {
      throw YAMLError(problem: "it has more than \(Self.mostNodes) nodes", mark: mark)
    }
    switch self {
    case .scalar, .alias: break
    case .sequence(let elements): for element in elements { try element.counted(&count) }
    case .mapping(let members):
      for (key, value) in members {
        try key.counted(&count)
        try value.counted(&count)
      }
    }
  }
}

extension YAMLError {
  /// What Yams reports, in words that say what to do.
  init(_ error: YamlError) {
    switch error {
    case .scanner(_, let problem, let place, _), .parser(_, let problem, let place, _):
      // libyaml's words for a tab.
      let text =
        problem.contains("cannot start any token")
        ? "a tab or a character that YAML reserves stands here; indent with blanks, and put such a text in quotes"
        : problem
      self.init(problem: text, mark: place)
    case .composer(_, let problem, let place, _):
      let isSecond = problem.contains("another document")
      self.init(problem: isSecond ? "it has a second document" : problem, mark: place)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = Set(duplicates).sorted().map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        problem: "a mapping has the key \(names) twice; keep one", mark: context.mark)
    default: self.init(problem: "\(error)", mark: nil)
    }
  }
}

/// Why a text cannot be read as one YAML document.
struct YAMLError: Error, CustomStringConvertible {
  /// What is wrong, without the place.
  let problem: String
  /// Where; nil where the parser does not say.
  let mark: Mark?

  /// The problem with its place.
  var description: String {
    mark.map { "\(problem), line \($0.line), column \($0.column)" } ?? problem
  }
}
