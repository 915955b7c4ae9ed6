import JSON

/// What `jira-sync.yaml` says.
public struct JiraSyncFile: Sendable, Hashable {
  /// The mapping, with what the file leaves out taken from the default.
  public var mapping: Mapping
  /// The sections that are not about the mapping, by their names, for those whom they concern.
  public var settings: [String: JSON]

  /// The names of the sections that are not about the mapping.
  public static let settingKeys = [
    "poll", "sweep", "notifications", "limits", "on_row_deleted", "on_issue_deleted", "breaker",
    "dashboard",
  ]

  /// Describes what a file says.
  ///
  /// - Parameters:
  ///   - mapping: the mapping.
  ///   - settings: the other sections.
  public init(mapping: Mapping = .standard, settings: [String: JSON] = [:]) {
    self.mapping = mapping
    self.settings = settings
  }

  /// Reads the file's text.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: the file's name, for messages.
  ///   - columns: the columns of the table; nil where they are not known yet: `Mapping.on(table:)` then looks for those that the file names.
  ///   - settingKeys: the names of the sections that are not about the mapping.
  /// - Throws: `MappingError` with everything that is wrong: line and column, what was found, what is allowed.
  public init(
    yaml: String, file: String, columns: [TableColumn]? = TableColumn.fileAudit,
    settingKeys: [String] = JiraSyncFile.settingKeys
  ) throws(MappingError) {
    var reader = MappingReader(file: file, columns: columns, settingKeys: settingKeys)
    self = try reader.read(yaml)
  }
}

extension Mapping {
  /// Reads the mapping of a `jira-sync.yaml`; what it leaves out is taken from the default.
  ///
  /// - Parameters:
  ///   - yaml: the file's text.
  ///   - file: the file's name, for messages.
  ///   - columns: the columns of the table; nil where they are not known yet.
  /// - Throws: `MappingError` with everything that is wrong: line and column, what was found, what is allowed.
  public init(
    yaml: String, file: String, columns: [TableColumn]? = TableColumn.fileAudit
  ) throws(MappingError) {
    self = try JiraSyncFile(yaml: yaml, file: file, columns: columns).mapping
  }
}
