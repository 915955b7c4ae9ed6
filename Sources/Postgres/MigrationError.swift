/// Why the schema could not be brought up to date; nothing of the file that it names was applied.
public struct MigrationError: Error, Sendable, Hashable {
  /// What went wrong.
  public enum Kind: String, Sendable, Hashable {
    /// The file's name says no version.
    case malformedName
    /// Two files have one version or name.
    case duplicateVersion
    /// A file that was applied has been changed since.
    case edited
    /// The server refused a statement of the file.
    case failed
    /// The file ended the transaction that it was run in.
    case endedTransaction
    /// The file did not record itself.
    case unrecorded
  }

  /// What went wrong.
  public var kind: Kind
  /// The file's name.
  public var file: String
  /// The line that the server's error points to, from 1.
  public var line: Int?
  /// What happened and what to do.
  public var message: String
  /// The server's error.
  public var cause: PostgresError?

  /// Describes a failure.
  public init(
    kind: Kind, file: String, line: Int? = nil, message: String, cause: PostgresError? = nil
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.message = message
    self.cause = cause
  }
}

extension MigrationError {
  /// A versioned file was changed after it had been applied.
  static func edited(_ file: String) -> MigrationError {
    MigrationError(
      kind: .edited, file: file,
      message: "the file was changed after it had been applied to this database; put it back "
        + "as it was and write a new migration")
  }
}

extension MigrationError: CustomStringConvertible {
  /// What happened, without values.
  public var description: String {
    let place = line.map { "\(file), line \($0)" } ?? file
    return "migration \(place): \(message)"
  }
}
