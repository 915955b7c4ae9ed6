import Jira

/// Which columns of a row stand for which fields of an issue.
public struct Mapping: Sendable, Hashable {
  /// The type of the issues we make.
  public var issueType: String
  /// Whether the file names the issue type, so that issues of no other are adopted.
  public var adoptsOnlyIssueType = false
  /// The mapped fields, in the order in which they are planned.
  public var fields: [FieldMapping]
  /// What to do for a row that already names tickets.
  public var existingTickets: ExistingTickets
  /// Labels that every issue of ours gets when it is made.
  public var labels: [String]
  /// The columns of the table.
  public var columns: [TableColumn]
  /// The columns that the file names, where it was read without knowing the table: `on(table:)` looks for them.
  public var mentions: [ColumnMention] = []

  /// Makes a mapping.
  ///
  /// - Parameters:
  ///   - issueType: the type of the issues we make.
  ///   - fields: the mapped fields.
  ///   - existingTickets: what to do for a row that already names tickets.
  ///   - labels: labels that every issue of ours gets.
  ///   - columns: the columns of the table.
  public init(
    issueType: String = "Task", fields: [FieldMapping],
    existingTickets: ExistingTickets = .create, labels: [String] = [],
    columns: [TableColumn] = TableColumn.fileAudit
  ) {
    self.issueType = issueType
    self.fields = fields
    self.existingTickets = existingTickets
    self.labels = labels
    self.columns = columns
  }

  /// The columns whose change may need a push, sorted: what the triggers compare.
  public var watchedColumns: [String] {
    Set(fields.filter(\.direction.pushes).flatMap(\.columns)).sorted()
  }

  /// Whether statuses and resolutions are mapped, so that their names matter.
  package var needsStatuses: Bool {
    fields.contains { field in
      if case .status = field.source { return true }
      return field.target == .system("resolution") || field.target == .id("resolution")
    }
  }

  /// Whether priorities are mapped.
  package var needsPriorities: Bool {
    fields.contains { field in
      switch field.target {
      case .system("priority"), .id("priority"): true
      case .customName(let name): TranslatedName.plain(name) == "priority"
      default: false
      }
    }
  }
}

/// What to do for a row without an issue of ours whose `jira_tickets` already names some.
public enum ExistingTickets: String, Sendable, Hashable, Codable, CaseIterable {
  /// Make a new issue and append its key.
  case create
  /// Take the first ticket that exists and belongs to no other row.
  case adopt
  /// Leave the row alone.
  case skip
}
