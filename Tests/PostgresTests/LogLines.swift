import Locks
import Logging

/// Collects what is logged.
struct LogLines: Sendable {
  private let kept = Lock<[String]>([])

  /// `level: message`, in order.
  var lines: [String] { kept.withLock { $0 } }

  /// Logs to this.
  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  fileprivate func add(_ line: String) { kept.withLock { $0.append(line) } }

  private struct Handler: LogHandler {
    let lines: LogLines
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      guard event.level >= .notice else { return }
      lines.add("\(event.level): \(event.message)")
    }
  }
}
