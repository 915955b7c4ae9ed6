import Logging

/// How this process was set up: built-in values, `.env`, environment and flags, the later the stronger.
///
/// Only what every command needs is checked here; the rest when a command asks for it, so that `migrate` does not need a JIRA.
package struct Settings: Sendable {
  /// What is logged.
  package let logLevel: Logger.Level
  /// How it is written.
  package let logFormat: LogFormat
  /// Where the mapping is configured.
  package let configFile: ConfigFile
  /// The values by variable, without empty ones.
  package let values: [String: String]

  /// Puts the layers together.
  ///
  /// An empty variable of the environment counts as not set and hides the one of `.env`, so that a single run can do without it.
  ///
  /// - Parameters:
  ///   - environment: this process' variables.
  ///   - envFile: the `.env` of the working directory, where there is one.
  ///   - flags: what the command line says.
  /// - Returns: the settings.
  /// - Throws: `SettingsError` where a value that every command needs cannot be used.
  package static func load(
    environment: [String: String], envFile: EnvFile?, flags: SettingsFlags
  ) throws(SettingsError) -> Settings {
    let layered = (envFile?.values ?? [:]).merging(environment) { _, environment in environment }
    let values = layered.compactMapValues { value -> String? in
      let trimmed = value.trimmed
      return trimmed.isEmpty ? nil : trimmed
    }
    var problems: [SettingsProblem] = []
    let level = Self.logLevel(flags.logLevel ?? values["LOG_LEVEL"])
    if level == nil {
      problems.append(
        SettingsProblem(
          variable: flags.logLevel == nil ? "LOG_LEVEL" : "--log-level",
          found: "found '\(flags.logLevel ?? values["LOG_LEVEL"] ?? "")', which is none of "
            + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "),
          example: "LOG_LEVEL=debug"))
    }
    let formatText = flags.logFormat ?? values["LOG_FORMAT"]
    let format = formatText.map { LogFormat(rawValue: $0.lowercased()) } ?? .text
    if format == nil {
      problems.append(
        SettingsProblem(
          variable: flags.logFormat == nil ? "LOG_FORMAT" : "--log-format",
          found: "found '\(formatText ?? "")', which is neither text nor json",
          example: "LOG_FORMAT=json"))
    }
    guard let level, let format else { throw SettingsError(problems) }
    return Settings(
      logLevel: level, logFormat: format,
      configFile: Self.configFile(flag: flags.config, variable: values["JIRA_SYNC_CONFIG"]),
      values: values)
  }

  /// A variable whose value must not be shown; nil where it is not set.
  ///
  /// - Parameter variable: `SLACK_WEBHOOK_URL`, for example.
  /// - Returns: the value, which prints as `***`.
  package func secret(_ variable: String) -> Secret? { values[variable].map(Secret.init) }

  private static func logLevel(_ text: String?) -> Logger.Level? {
    guard let text else { return .info }
    return Logger.Level(rawValue: text.lowercased())
  }

  private static func configFile(flag: String?, variable: String?) -> ConfigFile {
    if let flag { return ConfigFile(path: flag, askedBy: "--config") }
    if let variable { return ConfigFile(path: variable, askedBy: "JIRA_SYNC_CONFIG") }
    return ConfigFile(path: "jira-sync.yaml", askedBy: nil)
  }
}

extension Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Among the values are passwords.
  package var description: String { "Settings" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
  /// Without white space and line ends at both ends.
  package var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}

/// A text that is never printed: neither interpolation, nor `dump`, nor a debugger's description shows it.
package struct Secret: Sendable, Hashable {
  /// The text itself; to be handed on, not to be shown.
  package let revealed: String

  package init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How log lines are written.
package enum LogFormat: String, Sendable, Hashable {
  /// A line for people.
  case text
  /// A JSON object a line, for programs.
  case json
}
