/// What came of asking for many issues at once.
public struct IssueBatch: Sendable, Hashable {
  /// The issues that exist and that this account may see.
  public var found: [Issue]
  /// The ids for which there is none: deleted, or hidden from this account.
  public var missing: [String]
  /// Why issues could not be read, by id: they may be there, and nothing follows for the others.
  public var failed: [String: JiraError]

  /// Describes what came of asking.
  ///
  /// - Parameters:
  ///   - found: the issues.
  ///   - missing: the ids without one.
  ///   - failed: why issues could not be read, by id.
  public init(
    found: [Issue] = [], missing: [String] = [], failed: [String: JiraError] = [:]
  ) {
    self.found = found
    self.missing = missing
    self.failed = failed
  }

  /// Takes in what came of asking for others.
  mutating func add(_ other: IssueBatch) {
    found += other.found
    missing += other.missing
    failed.merge(other.failed) { $1 }
  }
}
