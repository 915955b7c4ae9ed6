/// Why a text cannot be read as one YAML document.
public struct YAMLError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, without the place.
  public let problem: String
  /// Where; nil where the parser does not say.
  public let mark: Mark?

  /// The problem with its place.
  public var description: String {
    mark.map { "\(problem), line \($0.line), column \($0.column)" } ?? problem
  }
}
