import Simulation

/// What happens in one run.
struct CreationPlan: Sendable, CustomStringConvertible {
  /// Faults of the network and of JIRA, as the sandbox takes them.
  private static let faults = [
    "\"reset-before\"", "\"reset-after-commit\"", "\"truncate\"", "{\"status\": 500}",
    "{\"status\": 502, \"body\": \"<html>Bad Gateway</html>\"}", "{\"status\": 503}",
    "{\"status\": 504}", "{\"status\": 408}", "{\"status\": 409}", "{\"latency\": 40}",
  ]

  let seed: UInt64
  /// How many rows want an issue; more than one comes with one statement, and so in bulk.
  let rows: Int
  let workers: Int
  let step: CreationStep
  /// Milliseconds until a kill: after the POST left, or after the workers started.
  let delay: Int
  /// What goes wrong at JIRA, in order.
  let faults: [String]
  /// Whether the first row is edited while its issue is being made.
  let isEdited: Bool
  /// Whether another program makes issues with the same account meanwhile.
  let hasOtherProgram: Bool

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    self.seed = seed
    rows = random.chance(50) ? 1 : Int.random(in: 2...(random.chance(10) ? 60 : 5), using: &random)
    workers = random.chance(70) ? 1 : 4
    step = CreationStep.allCases.randomElement(using: &random) ?? .cut
    let isQuick = step == .afterPostLeft
    delay = Int.random(in: 0...(isQuick ? 6 : 400), using: &random)
    let most = step == .cut ? 3 : (random.chance(30) ? 1 : 0)
    let least = step == .cut ? 1 : 0
    faults = (0..<Int.random(in: least...max(least, most), using: &random)).map { _ in
      Self.faults.randomElement(using: &random) ?? Self.faults[0]
    }
    isEdited = random.chance(30)
    hasOtherProgram = random.chance(40)
  }

  var description: String {
    """
    seed \(seed): \(rows) rows, \(workers) workers, \(step.rawValue) (\(delay) ms), faults \(faults)\
    \(isEdited ? ", edited" : "")\(hasOtherProgram ? ", another program" : "")
    """
  }
}
