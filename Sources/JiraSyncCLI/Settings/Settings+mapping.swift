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
}
