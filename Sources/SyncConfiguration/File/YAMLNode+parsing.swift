import Yams

extension YAMLNode {
  /// Reads the only document of a text.
  ///
  /// - Parameter yaml: the text.
  /// - Returns: its root; nil where there is no document.
  /// - Throws: `YAMLError` where the text is not YAML, has a key twice in one mapping, or has more than one document.
  static func parse(_ yaml: String) throws(YAMLError) -> YAMLNode? {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw YAMLError(error)
    } catch {
      throw YAMLError(problem: "\(error)", mark: nil)
    }
    var reader = NodeReader()
    return try root.map { node throws(YAMLError) in try reader.node(node) }
  }

  /// Copies nodes with their places, as far as there is memory for what aliases stand for.
  private struct NodeReader {
    /// A few lines of aliases of aliases can stand for more nodes than there is memory.
    private static let mostNodes = 100_000
    private var count = 0

    mutating func node(_ node: Node) throws(YAMLError) -> YAMLNode {
      let mark =
        node.mark.map { Mark(line: $0.line, column: $0.column) } ?? Mark(line: 1, column: 1)
      count += 1
      guard count <= Self.mostNodes else {
        throw YAMLError(problem: "it has more than \(Self.mostNodes) nodes", mark: mark)
      }
      switch node {
      case .scalar(let scalar):
        let isPlain = scalar.style == .plain || scalar.style == .any
        return .scalar(Scalar(string: scalar.string, isQuoted: !isPlain, mark: mark))
      case .sequence(let sequence):
        var elements: [YAMLNode] = []
        for element in sequence { elements.append(try self.node(element)) }
        return .sequence(elements, mark)
      case .mapping(let mapping):
        var members: [(key: YAMLNode, value: YAMLNode)] = []
        for (key, value) in mapping { members.append((try self.node(key), try self.node(value))) }
        return .mapping(members, mark)
      case .alias(let alias):
        throw YAMLError(problem: "it has an undefined alias \(alias.anchor.rawValue)", mark: mark)
      }
    }
  }
}

extension YAMLError {
  /// What Yams reports, in words that say what to do.
  init(_ error: YamlError) {
    func mark(_ mark: Yams.Mark) -> Mark { Mark(line: mark.line, column: mark.column) }
    switch error {
    case .scanner(_, let problem, let place, _), .parser(_, let problem, let place, _):
      // libyaml's words for a tab.
      let text =
        problem.contains("cannot start any token")
        ? "a tab or a character that YAML reserves stands here; indent with blanks, and put such a text in quotes"
        : problem
      self.init(problem: text, mark: mark(place))
    case .composer(_, let problem, let place, _):
      let isSecond = problem.contains("another document")
      self.init(problem: isSecond ? "it has a second document" : problem, mark: mark(place))
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = Set(duplicates).sorted().map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        problem: "a mapping has the key \(names) twice; keep one", mark: mark(context.mark))
    default: self.init(problem: "\(error)", mark: nil)
    }
  }
}

/// Why a text cannot be read as one YAML document.
struct YAMLError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, without the place.
  let problem: String
  /// Where; nil where the parser does not say.
  let mark: Mark?

  /// The problem with its place.
  var description: String {
    mark.map { "\(problem), line \($0.line), column \($0.column)" } ?? problem
  }
}
