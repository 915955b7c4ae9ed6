import Mapping

extension Settings {
  /// What the configuration file says; where there is none, what is built in.
  ///
  /// Which columns the table has is not known yet: `Mapping.on(table:)` says what is wrong with those that the file names.
  ///
  /// - Throws: `SettingsError` where the file cannot be read, `MappingError` with everything that is wrong in it.
  package func file() throws -> ConfigurationFile {
    guard let text = try configText() else { return ConfigurationFile() }
    return try ConfigurationFile(yaml: text, file: configFile.path, columns: nil)
  }
}
