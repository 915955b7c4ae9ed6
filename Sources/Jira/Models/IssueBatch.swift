/// What came of asking for many issues at once.
public struct IssueBatch: Sendable, Hashable {
  /// The issues that exist and that this account may see.
  public var found: [Issue]
  /// The ids for which there is none: deleted, or hidden from this account.
  public var missing: [String]

  /// Describes what came of asking.
  ///
  /// - Parameters:
  ///   - found: the issues.
  ///   - missing: the ids without one.
  public init(found: [Issue] = [], missing: [String] = []) {
    self.found = found
    self.missing = missing
  }
}
