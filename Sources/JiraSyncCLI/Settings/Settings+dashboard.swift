import Dashboard
import Mapping

extension Settings {
  /// Where the dashboard is served: the section `dashboard` of the configuration file, and flags.
  ///
  /// - Parameters:
  ///   - port: what `--http-port` says.
  ///   - host: what `--http-host` says.
  /// - Returns: the settings; without a port nothing is served.
  /// - Throws: `SettingsError` where the file cannot be read, `DashboardSettingsError`, `MappingError`.
  func dashboard(port: Int?, host: String?) throws -> DashboardSettings {
    var settings = DashboardSettings()
    if let text = try configText() {
      let file = try JiraSyncFile(yaml: text, file: configFile.path, columns: nil)
      settings = try DashboardSettings(file.settings["dashboard"])
    }
    if let port { settings.port = port }
    if let host { settings.host = host }
    return settings
  }
}
