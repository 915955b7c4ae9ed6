/// What the database says of the queue and what surrounds it, at one time.
///
/// Times are in seconds since 1970, by the database's clock.
struct Snapshot: Sendable {
  /// When it was taken.
  var now = 0.0
  /// The address of the JIRA site; nil before a worker has reached one.
  var siteURL: String?
  /// The key of its project.
  var project: String?
  /// Since when the queue is paused.
  var pausedAt: Double?
  var pauseReason: String?
  /// Conflicts that wait for a person.
  var openConflicts = 0
  /// Workers that were seen lately, and those of them that wait for work.
  var workersAlive = 0
  var workersAsleep = 0
  var queue: [QueueDepth] = []
  var links: [LinkCount] = []
  var circuit = CircuitFacts()
  var budget = BudgetFacts()
  var polls: [PollFacts] = []
  var schedules: [ScheduleFacts] = []
  /// What only the page shows; nil where it was not asked for.
  var details: Details?

  /// Jobs of one kind.
  struct QueueDepth: Sendable {
    var kind: String
    var due = 0
    var later = 0
    var running = 0
    var dead = 0
    var oldestDue: Double?
  }

  /// Links of one state.
  struct LinkCount: Sendable {
    var state: String
    var count: Int
    var errors: Int
  }

  /// Whether JIRA can be called.
  struct CircuitFacts: Sendable {
    var state = "closed"
    var cause: String?
    var reason: String?
    var since: Double?
    var openedBy: String?
    var openedCount = 0
    var nextProbeAt: Double?
    var probes = 0
  }

  /// How fast JIRA may be called.
  struct BudgetFacts: Sendable {
    /// Calls a second of the whole fleet; nil for no ceiling.
    var rate: Double?
    var callsToday = 0
    var refusals = 0
    /// What JIRA itself limits at the moment.
    var blocks: [Block] = []
  }

  /// A scope that JIRA has limited.
  struct Block: Sendable {
    var scope: String
    var until: Double
    var reason: String?
  }

  /// How far a project was polled.
  struct PollFacts: Sendable {
    var project: String
    var watermark: Double?
    var finishedAt: Double?
    var failingSince: Double?
    var error: String?
    var sweptAt: Double?
    var sweepError: String?
    var issuesMissed = 0
  }

  /// A schedule that is on.
  struct ScheduleFacts: Sendable {
    var name: String
    var kind: String
    var cron: String
    var scheduler: String
    var lastRun: Double?
    var nextRun: Double?
    var lastOutcome: String?
    var missed = 0
    var lastMissedAt: Double?
  }

  /// Jobs of all kinds together.
  var total: QueueDepth {
    queue.reduce(into: QueueDepth(kind: "all")) { sum, depth in
      sum.due += depth.due
      sum.later += depth.later
      sum.running += depth.running
      sum.dead += depth.dead
      sum.oldestDue = [sum.oldestDue, depth.oldestDue].compactMap(\.self).min()
    }
  }

  /// How many links have this state.
  func linkCount(_ state: String) -> Int { links.first { $0.state == state }?.count ?? 0 }

  /// Rows with an error that does not pass by itself.
  var linksThatNeedHelp: Int {
    links.filter { $0.state != "row_gone" && $0.state != "create_unknown" }.map(\.errors).reduce(
      0, +)
  }
  /// Rows with an error, without deleted ones.
  var linksWithError: Int { links.filter { $0.state != "row_gone" }.map(\.errors).reduce(0, +) }
}
