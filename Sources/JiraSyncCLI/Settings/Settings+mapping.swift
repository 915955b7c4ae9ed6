import Sync

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
}
