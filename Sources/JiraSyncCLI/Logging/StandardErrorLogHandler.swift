import FoundationEssentials
import Logging
import SyncConfiguration

/// Writes log lines to standard error, so that standard output stays for results.
struct StandardErrorLogHandler: LogHandler {
  let label: String
  let format: LogFormat
  let isColored: Bool
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, provided in provided } }
    if let own = event.metadata { all.merge(own) { _, own in own } }
    if let error = event.error { all["error"] = .string("\(error)") }
    let line = LogLine(
      time: Date(), level: event.level, logger: label, message: event.message.description,
      metadata: all)
    StandardStream.error.write(format == .json ? line.json : line.text(isColored: isColored))
  }
}

extension Settings {
  /// A logger as these settings ask for.
  ///
  /// - Parameter label: who logs, such as `jira-sync.worker`.
  /// - Returns: the logger.
  func logger(label: String) -> Logger {
    let isColored = StandardStream.error.isTerminal && values["NO_COLOR"] == nil
    OutputThread.shared.describeLoss { [logFormat] text in
      let line = LogLine(time: Date(), level: .warning, logger: label, message: text, metadata: [:])
      return logFormat == .json ? line.json : line.text(isColored: isColored)
    }
    return Logger(label: label) { label in
      StandardErrorLogHandler(
        label: label, format: logFormat, isColored: isColored, logLevel: logLevel)
    }
  }
}
