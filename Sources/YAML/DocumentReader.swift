import CLibYAML

/// Copies the nodes of a document out of libyaml.
struct DocumentReader {
  /// A few lines of aliases of aliases can stand for more nodes than there is memory.
  private static let mostNodes = 100_000

  let document: UnsafeMutablePointer<yaml_document_t>
  private var count = 0
  private var open: Set<Int32> = []

  init(document: UnsafeMutablePointer<yaml_document_t>) {
    self.document = document
  }

  mutating func node(_ index: Int32) throws(YAMLError) -> Node {
    guard let node = yaml_document_get_node(document, index)?.pointee else {
      throw YAMLError(problem: "it refers to a node that it does not have", mark: nil)
    }
    let mark = Mark(node.start_mark)
    count += 1
    guard count <= Self.mostNodes else {
      throw YAMLError(problem: "it has more than \(Self.mostNodes) nodes", mark: mark)
    }
    guard open.insert(index).inserted else {
      throw YAMLError(problem: "an alias names what it is a part of", mark: mark)
    }
    defer { open.remove(index) }
    switch node.type {
    case YAML_SEQUENCE_NODE:
      return .sequence(try elements(of: node), mark)
    case YAML_MAPPING_NODE:
      return .mapping(try members(of: node, mark: mark), mark)
    default:
      let scalar = node.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      return .scalar(
        Node.Scalar(string: String(decoding: bytes, as: UTF8.self), isQuoted: !isPlain, mark: mark))
    }
  }

  private mutating func elements(of node: yaml_node_t) throws(YAMLError) -> [Node] {
    let items = node.data.sequence.items
    var elements: [Node] = []
    for item in UnsafeBufferPointer(start: items.start, count: items.top - items.start) {
      elements.append(try self.node(item))
    }
    return elements
  }

  private mutating func members(
    of node: yaml_node_t, mark: Mark
  ) throws(YAMLError) -> [(key: Node, value: Node)] {
    let pairs = node.data.mapping.pairs
    var members: [(key: Node, value: Node)] = []
    var seen: Set<String> = []
    for pair in UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start) {
      let key = try self.node(pair.key)
      if let name = key.string, !seen.insert(name).inserted {
        throw YAMLError(
          problem: "a mapping has the key '\(name)' twice; keep one", mark: key.mark)
      }
      members.append((key, try self.node(pair.value)))
    }
    return members
  }
}

extension Mark {
  /// libyaml counts from 0.
  init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
