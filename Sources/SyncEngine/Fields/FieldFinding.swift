import SyncConfiguration

/// One thing that `fields check` found where mapping, table and site do not fit.
public struct FieldFinding: Sendable, Hashable {
  /// How bad it is.
  public enum Severity: String, Sendable, Hashable {
    /// Something would fail.
    case error
    /// Work goes on, without something that was perhaps wanted.
    case warning
  }

  /// How bad it is.
  public var severity: Severity
  /// The field's name in the mapping; nil where it is about a field that nothing is mapped to.
  public var field: String?
  /// The columns that it is made from.
  public var columns: [String]
  /// The field of JIRA: name and id, or what the mapping calls it.
  public var jiraField: String
  /// What was found.
  public var problem: String
  /// What to do.
  public var remedy: String

  /// Describes a finding.
  ///
  /// - Parameters:
  ///   - severity: how bad it is.
  ///   - field: the field's name in the mapping.
  ///   - columns: the columns that it is made from.
  ///   - jiraField: the field of JIRA.
  ///   - problem: what was found.
  ///   - remedy: what to do.
  public init(
    _ severity: Severity, field: String?, columns: [String], jiraField: String, problem: String,
    remedy: String
  ) {
    self.severity = severity
    self.field = field
    self.columns = columns
    self.jiraField = jiraField
    self.problem = problem
    self.remedy = remedy
  }
}
