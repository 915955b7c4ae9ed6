import FoundationEssentials

extension Settings {
  /// The settings of this process: its environment, `.env` of its working directory, and flags.
  ///
  /// - Parameter flags: what the command line says.
  /// - Returns: the settings.
  /// - Throws: `SettingsError` where `.env` cannot be read or a value cannot be used.
  package static func ofThisProcess(flags: SettingsFlags) throws(SettingsError) -> Settings {
    try load(
      environment: ProcessInfo.processInfo.environment, envFile: try envFile(at: ".env"),
      flags: flags)
  }

  /// The text of the configuration file; nil where none was asked for and there is none.
  ///
  /// - Throws: `SettingsError` where the file that was asked for cannot be read.
  package func configText() throws(SettingsError) -> String? {
    do {
      return try Self.text(at: configFile.path)
    } catch {
      if configFile.askedBy == nil, error.code == .fileReadNoSuchFile { return nil }
      throw SettingsError(
        variable: configFile.askedBy ?? configFile.path,
        found: "cannot read '\(configFile.path)': \(Self.reason(error))",
        example: "JIRA_SYNC_CONFIG=jira-sync.yaml")
    }
  }

  private static func envFile(at path: String) throws(SettingsError) -> EnvFile? {
    let text: String
    do {
      text = try Self.text(at: path)
    } catch {
      if error.code == .fileReadNoSuchFile { return nil }
      throw SettingsError(
        variable: path, found: "cannot be read: \(Self.reason(error))", example: "LOG_LEVEL=info")
    }
    do {
      return try EnvFile(parsing: text)
    } catch {
      throw SettingsError(
        variable: path, found: error.description, example: "JIRA_PROJECT=SCRSKY")
    }
  }

  private static func text(at path: String) throws(CocoaError) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch let error as CocoaError {
      throw error
    } catch {
      throw CocoaError(.fileReadUnknown)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw CocoaError(.fileReadInapplicableStringEncoding)
    }
    return text
  }

  private static func reason(_ error: CocoaError) -> String {
    switch error.code {
    case .fileReadNoSuchFile: "there is no such file"
    case .fileReadNoPermission: "permission denied"
    case .fileReadInapplicableStringEncoding: "it is not UTF-8"
    default: "not a readable file"
    }
  }
}

extension Settings {
  /// Which layer each variable comes from: `environment` or `.env`.
  ///
  /// - Parameter environment: this process' variables.
  /// - Returns: the layer by the variable's name.
  /// - Throws: `SettingsError` where `.env` cannot be read.
  package static func origins(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(SettingsError) -> [String: String] {
    var origins: [String: String] = [:]
    for name in (try envFile(at: ".env")?.values ?? [:]).keys { origins[name] = ".env" }
    for name in environment.keys { origins[name] = "environment" }
    return origins
  }
}

/// Where the mapping is configured.
package struct ConfigFile: Sendable, Hashable {
  /// The path, relative to the working directory unless absolute.
  package var path: String
  /// What asked for it: `--config` or `JIRA_SYNC_CONFIG`; nil for the file that is taken only if it exists.
  package var askedBy: String?

  /// Describes a file.
  package init(path: String, askedBy: String? = nil) {
    self.path = path
    self.askedBy = askedBy
  }
}

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
