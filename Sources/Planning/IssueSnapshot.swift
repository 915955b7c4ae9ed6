import JSON
import Jira

/// An issue as it was read.
public struct IssueSnapshot: Sendable, Hashable {
  /// Who resolved the issue.
  public struct Resolver: Sendable, Hashable {
    /// `accountId` on Cloud, `name` on Data Center.
    public var id: String
    /// The name that people see.
    public var displayName: String

    /// Names a person.
    ///
    /// - Parameters:
    ///   - id: `accountId` on Cloud, `name` on Data Center.
    ///   - displayName: the name that people see.
    public init(id: String, displayName: String) {
      self.id = id
      self.displayName = displayName
    }
  }

  /// The issue's key.
  public var key: String
  /// The fields by their ids, as JIRA gave them.
  public var fields: [String: JSON]
  /// Which JIRA gave them.
  public var dialect: JiraDialect
  /// Who resolved it; nil where JIRA was not asked or does not say.
  public var resolver: Resolver?

  /// Describes an issue as it was read.
  ///
  /// - Parameters:
  ///   - key: the issue's key.
  ///   - fields: the fields by their ids.
  ///   - dialect: which JIRA gave them.
  ///   - resolver: who resolved it.
  public init(
    key: String, fields: [String: JSON], dialect: JiraDialect, resolver: Resolver? = nil
  ) {
    self.key = key
    self.fields = fields
    self.dialect = dialect
    self.resolver = resolver
  }
}

/// The issue's side of a plan.
public enum IssueSide: Sendable, Hashable {
  /// The issue as it was read.
  case present(IssueSnapshot)
  /// There is no issue yet: the plan is the one to make it.
  case absent
  /// The issue of this key was deleted.
  case deleted(key: String)
}
