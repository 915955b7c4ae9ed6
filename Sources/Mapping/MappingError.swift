/// What is wrong with a mapping: everything that was found, not only the first.
public struct MappingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One thing that is wrong.
  public struct Issue: Sendable, Hashable, CustomStringConvertible {
    /// The file, nil where it is not about a place in one.
    public var file: String?
    /// The line, from 1.
    public var line: Int?
    /// The column, from 1.
    public var column: Int?
    /// What was found, what is allowed, and what to do.
    public var message: String

    /// Describes something that is wrong.
    ///
    /// - Parameters:
    ///   - message: what was found, what is allowed, and what to do.
    ///   - file: the file.
    ///   - line: the line, from 1.
    ///   - column: the column, from 1.
    public init(_ message: String, file: String? = nil, line: Int? = nil, column: Int? = nil) {
      self.message = message
      self.file = file
      self.line = line
      self.column = column
    }

    /// The place and the message, as compilers write it.
    public var description: String {
      guard let file else { return message }
      guard let line, let column else { return "\(file): \(message)" }
      return "\(file):\(line):\(column): \(message)"
    }
  }

  /// What is wrong, in the order of the file.
  public var issues: [Issue]

  /// Makes an error.
  ///
  /// - Parameter issues: what is wrong.
  public init(_ issues: [Issue]) { self.issues = issues }

  /// One line for each thing that is wrong.
  public var description: String { issues.map(\.description).joined(separator: "\n") }
}
