/// How the migrator waits for locks without holding up the applications of the database.
struct LockRetries: Sendable, Hashable {
  /// How many milliseconds a file waits for each lock: statements of applications wait behind it as long.
  ///
  /// Shorter than `deadlock_timeout` (1 s), so that a wait of ours ends before the server looks for a deadlock of it.
  var patience: Int
  /// How often a file is tried that does not get a lock.
  var attempts: Int
  /// How long applications go on undisturbed in between, on average.
  var pause: Duration

  /// How often a first installation is tried while another one makes the same objects.
  static let installations = 5

  /// Whether a lock was not to be had, or Postgres chose this transaction to end a deadlock: the same file may pass later.
  static func isLock(_ error: PostgresError?) -> Bool {
    error?.sqlState == "55P03" || error?.sqlState == "40P01"
  }

  /// Whether two first installations met: what this one was making is there now.
  static func isMeeting(_ error: PostgresError?) -> Bool {
    switch error?.sqlState {
    case "23505": true  // unique_violation in a catalog, where both made it at once
    case "42P06", "42P07", "42710", "42723": true  // schema, table, object, function exists
    case "XX000": true  // "tuple concurrently updated": two grants at once
    default: false
    }
  }

  /// Waits before the next attempt, for another time than other migrators wait.
  func sleep() async throws { try await Task.sleep(for: pause * Double.random(in: 0.5...1.5)) }
}
