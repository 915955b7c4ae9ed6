import CLibYAML

/// Reads the only document of a text.
///
/// - Parameter yaml: the text.
/// - Returns: its root; nil where there is no document.
/// - Throws: `YAMLError` where the text is no YAML, has a key twice in one mapping, or has more than one document.
public func compose(yaml: String) throws(YAMLError) -> Node? {
  var text = yaml
  // libyaml reads from these bytes for as long as the parser lives.
  let outcome: Result<Node?, YAMLError> = text.withUTF8 { bytes in
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      return .failure(YAMLError(problem: "there is not enough memory to read it", mark: nil))
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    do throws(YAMLError) {
      guard let root = try document(of: parser) else { return .success(nil) }
      if let second = try document(of: parser) {
        throw YAMLError(problem: "it has a second document", mark: second.mark)
      }
      return .success(root)
    } catch {
      return .failure(error)
    }
  }
  return try outcome.get()
}

/// The next document; nil at the end of the text.
private func document(
  of parser: UnsafeMutablePointer<yaml_parser_t>
) throws(YAMLError) -> Node? {
  let document = UnsafeMutablePointer<yaml_document_t>.allocate(capacity: 1)
  defer { document.deallocate() }
  guard yaml_parser_load(parser, document) == 1 else {
    throw YAMLError(
      problem: parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read",
      mark: Mark(parser.pointee.problem_mark))
  }
  defer { yaml_document_delete(document) }
  guard yaml_document_get_root_node(document) != nil else { return nil }
  var reader = DocumentReader(document: document)
  // libyaml numbers nodes from 1, and the root is the first.
  return try reader.node(1)
}
