import JSON
import Simulation
import TestSupport

/// What happens in one run.
struct RandomRun: Sendable, CustomStringConvertible {
  var rows: Int
  /// Whether the rows come with one statement.
  var isBulk: Bool
  var faults: [JSON] = []
  /// At which call to JIRA the worker is lost, if it is.
  var lostAt: Int?
  /// Whether it is lost before the call leaves, else when the answer has come.
  var isLostBefore: Bool
  /// Whether another worker takes its jobs before it knows.
  var isRescued: Bool
  /// Whether it goes on afterwards, not knowing.
  var comesBack: Bool
  /// Whether a row is edited while its issue is being made.
  var isEdited: Bool
  /// After how many milliseconds the first worker leaves the rest to the next.
  var drainsWithin: Int

  private static let faults: [JSON] = [
    ["status": 500], ["status": 502, "body": "<html>Bad Gateway</html>"], ["status": 503],
    ["status": 503, "headers": ["Retry-After": "0"]],
    ["status": 429, "headers": ["Retry-After": "0"]],
    ["status": 408], "reset-before", "reset-after-commit", "truncate", ["latency": 20],
  ]

  init(using random: inout SeededGenerator) {
    rows = Int.random(in: 1...5, using: &random)
    isBulk = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 0...3, using: &random) { faults.append(random.pick(Self.faults)) }
    // The first five or six calls find out what the site is like.
    lostAt = Bool.random(using: &random) ? Int.random(in: 6...12, using: &random) : nil
    isLostBefore = Bool.random(using: &random)
    isRescued = Bool.random(using: &random)
    // What is sent after the lease was lost cannot be called back, so only an answer comes back late.
    comesBack = !isLostBefore && Bool.random(using: &random)
    isEdited = Bool.random(using: &random)
    drainsWithin = random.pick([0, 60, 2_000])
  }

  var description: String {
    """
    \(rows) rows\(isBulk ? " at once" : ""), faults \(faults.map(\.text)), \
    lost \(lostAt.map { "\(isLostBefore ? "before" : "after") call \($0)" } ?? "never"), \
    rescued \(isRescued), comes back \(comesBack), edited \(isEdited), leaves after \(drainsWithin) ms
    """
  }
}
