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
