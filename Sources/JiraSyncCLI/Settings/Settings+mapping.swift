import Mapping
import SyncEngine

extension Settings {
  /// The mapping: the built-in one, with what the configuration file says otherwise.
  ///
  /// Which columns the table has is not known yet: `Mapping.on(table:)` says what is wrong with those that the file names.
  ///
  /// - Throws: `SettingsError` where the file cannot be read, `MappingError` with everything that is wrong in it.
  func mapping() throws -> Mapping {
    guard let text = try configText() else { return .standard }
    return try Mapping(yaml: text, file: configFile.path, columns: nil)
  }

  /// How fast JIRA may be called: the section `limits` of the configuration file.
  ///
  /// - Throws: `SettingsError` where the file cannot be read, `MappingError` with everything that is wrong in it.
  func limits() throws -> SiteLimits {
    guard let text = try configText() else { return .standard }
    let file = try JiraSyncFile(yaml: text, file: configFile.path, columns: nil)
    return try SiteLimits(section: file.settings["limits"], file: configFile.path)
  }

  /// What the configuration file says of rows that name tickets already; nil where it says nothing.
  ///
  /// - Throws: as `mapping()`.
  func configuredTickets() throws -> ExistingTickets? {
    guard let text = try configText() else { return nil }
    let mapping = try Mapping(yaml: text, file: configFile.path, columns: nil)
    // The default is a choice only where somebody wrote it down.
    if mapping.existingTickets != Mapping.standard.existingTickets {
      return mapping.existingTickets
    }
    let isWritten = text.split(whereSeparator: \.isNewline).contains {
      $0.hasPrefix("existing_tickets")
    }
    return isWritten ? mapping.existingTickets : nil
  }

  /// When JIRA is polled and swept: `poll.interval` and `sweep.interval` of the configuration file.
  ///
  /// - Throws: `SettingsError` where the file cannot be read, `MappingError` with everything that is wrong in it.
  func schedules() throws -> ScheduleSettings {
    guard let text = try configText() else { return ScheduleSettings() }
    let file = try JiraSyncFile(yaml: text, file: configFile.path, columns: nil)
    return try ScheduleSettings(settings: file.settings, file: configFile.path)
  }

  /// How JIRA is looked at, what becomes of what is gone, and the breaker.
  ///
  /// - Throws: `SettingsError` where the file cannot be read, `MappingError` with everything that is wrong in it.
  func sync() throws -> SyncSettings {
    guard let text = try configText() else { return SyncSettings() }
    let file = try JiraSyncFile(yaml: text, file: configFile.path, columns: nil)
    return try SyncSettings(file.settings, file: configFile.path)
  }
}
