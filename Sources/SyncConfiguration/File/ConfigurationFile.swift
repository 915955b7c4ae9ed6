import JSON
import Mapping

/// What `jira-sync.yaml` says; what it leaves out is built in.
public struct ConfigurationFile: Sendable, Hashable {
  /// The mapping.
  public var mapping = Mapping.standard
  /// How polls and sweeps work, what happens after deletions, and when a field is suspended.
  public var sync = SyncSettings()
  /// How fast JIRA may be called.
  public var limits = SiteLimits.standard
  /// When JIRA is polled and swept.
  public var schedules = ScheduleSettings()
  /// What goes to which channel.
  public var notifications = NotificationSettings()
  /// Where the dashboard is served.
  public var dashboard = DashboardSettings()
  /// What the file says, by the names of its sections, to be shown.
  public var written: [String: JSON] = [:]

  /// What the file says of rows that name tickets already; nil where it says nothing.
  public var existingTickets: ExistingTickets? {
    written["existing_tickets"] == nil ? nil : mapping.existingTickets
  }

  /// What is built in.
  public init() {}

  /// Reads the file's text, once for all sections.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: the file's name, for messages.
  ///   - columns: the columns of the table; nil where they are not known yet: `Mapping.on(table:)` then checks those that the file names.
  /// - Throws: `MappingError` with everything that is wrong: line and column, what was found, what is allowed.
  public init(
    yaml: String, file: String, columns: [TableColumn]? = TableColumn.fileAudit
  ) throws(MappingError) {
    var reader = ConfigurationReader(file: file, columns: columns)
    self = try reader.read(yaml)
  }
}
