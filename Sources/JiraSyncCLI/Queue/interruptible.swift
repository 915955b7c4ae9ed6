import ArgumentParser
import Glibc
import UnixSignals

/// Runs something that Ctrl-C ends with a word.
///
/// - Parameters:
///   - words: what is said, on a line of its own; nil ends without a word, and as if it were done.
///   - body: what to run; its task is cancelled.
/// - Returns: what the body returns.
/// - Throws: what the body throws; `ExitCode` 130, or 0 without words, after Ctrl-C.
func interruptible<Value: Sendable>(
  saying words: String?, _ body: @escaping () async throws -> Value
) async throws -> Value {
  // One task calls it, once, and the caller waits until that has ended.
  nonisolated(unsafe) let body = body
  let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
  return try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      for await _ in signals { return nil }
      try await Task.sleep(for: .seconds(3_600))
      return nil
    }
    defer { group.cancelAll() }
    if let value = try await group.next() ?? nil { return value }
    OutputThread.shared.stopWaitingForResults()
    // Whatever was drawn on the line.
    if StandardStream.error.isTerminal { StandardStream.error.draw("\r\u{1B}[K") }
    if let words { StandardStream.error.write(words) }
    throw ExitCode(words == nil ? 0 : 130)
  }
}
