import Sync

extension Settings {
  /// The mapping: the built-in one, with what the configuration file says otherwise.
  ///
  /// - Throws: `SettingsError` where the file cannot be read, `MappingError` with everything that is wrong in it.
  func mapping() throws -> Mapping {
    guard let text = try configText() else { return .standard }
    return try Mapping(yaml: text, file: configFile.path)
  }
}
