import ArgumentParser
import SyncConfiguration

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The mapping file (JIRA_SYNC_CONFIG; ./jira-sync.yaml if it exists).", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "trace, debug, info, notice, warning, error or critical (LOG_LEVEL).", valueName: "level"))
  var logLevel: String?

  @Option(help: ArgumentHelp("text or json (LOG_FORMAT).", valueName: "format"))
  var logFormat: String?

  /// The settings of this process with these flags on top.
  ///
  /// - Throws: `SettingsError` where they cannot be used.
  func settings() throws(SettingsError) -> Settings {
    try Settings.ofThisProcess(
      flags: SettingsFlags(config: config, logLevel: logLevel, logFormat: logFormat))
  }
}
