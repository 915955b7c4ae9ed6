import Locks
import Logging
import Postgres
import Testing

@testable import JobQueue

/// What is out of reach is said once; what a server ended for being idle is told with a way out.
@Suite struct TroublesTests {
  /// Keeps what is logged.
  private struct Memory: LogHandler {
    let lines: Lock<[(level: Logger.Level, text: String)]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(_ lines: Lock<[(level: Logger.Level, text: String)]>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.withLock { $0.append((event.level, "\(event.message)")) }
    }
  }

  private func said(_ sqlStates: [String?]) -> [(level: Logger.Level, text: String)] {
    let lines = Lock<[(level: Logger.Level, text: String)]>([])
    let logger = Logger(label: "test") { _ in Memory(lines) }
    var troubles = Troubles()
    for state in sqlStates {
      let error = PostgresError(
        kind: .connectionLost, sqlState: state, message: "lost", doing: "listening")
      _ = troubles.began("the listening connection", error: error, logger: logger)
      _ = troubles.began("the listening connection", error: error, logger: logger)
      troubles.ended("the listening connection", logger: logger)
    }
    return lines.withLock { $0 }
  }

  /// Catches an ERROR and a NOTICE in the log at each time-out.
  @Test
  func `ended for being idle: one warning that says what to do, and no more`() {
    let lines = said(["57P05", "57P05", "57P05"]).filter { $0.level >= .info }
    #expect(lines.map(\.level) == [.warning])
    #expect(lines[0].text.contains("idle_session_timeout = 0"))
  }

  @Test(arguments: ["57P01", "08006", nil] as [String?])
  func `any other loss is an error, and its end is told`(sqlState: String?) {
    #expect(said([sqlState, sqlState]).map(\.level) == [.error, .notice, .error, .notice])
  }
}
