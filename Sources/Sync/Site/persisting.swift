import Jira

/// Reads something of JIRA, and again after a short pause where that may pass at once.
///
/// Only for reads: each is tried by itself, so that a start needs many successes but not in a row.
///
/// - Parameters:
///   - attempts: the most attempts.
///   - read: the one call.
/// - Returns: what it answered.
/// - Throws: what the last attempt threw.
func persisting<Answer: Sendable>(
  attempts: Int = 8, _ read: @Sendable () async throws -> Answer
) async throws -> Answer {
  var pause = Duration.milliseconds(100)
  for _ in 1..<max(attempts, 1) {
    do {
      return try await read()
    } catch let error as JiraError where error.mayPassAtOnce {
      try await Task.sleep(for: pause * Double.random(in: 0.7...1))
      pause = min(pause * 2, .seconds(1))
    }
  }
  return try await read()
}
