/// What happened in a period: what was synced, how fast, what failed, and what is left to do.
public struct Report: Sendable, Hashable {
  /// How long something took.
  struct Speed: Sendable, Hashable {
    /// How many were measured.
    var count: Int
    /// Half of them took no longer, in seconds.
    var median: Double?
    /// Nineteen of twenty took no longer, in seconds.
    var p95: Double?
  }

  /// One day.
  struct Day: Sendable, Hashable {
    /// `2026-11-24`, in UTC.
    var date: String
    /// Issues that were made.
    var created: Int
    /// Values that were written to JIRA.
    var toJira: Int
    /// Values that were written to rows.
    var toRows: Int
    /// Rows with debt at its end.
    var open: Int
  }

  /// Open debt of a layer or a workflow.
  struct Share: Sendable, Hashable {
    var name: String
    var open: Int
    /// At the beginning of the period.
    var before: Int
  }

  /// What failed for one cause.
  struct Failure: Sendable, Hashable {
    var outcome: String
    var example: String
    var count: Int
    /// Seconds since 1970.
    var last: Double
  }

  /// Conflicts of one field.
  struct Conflicts: Sendable, Hashable {
    var field: String
    var rowWon: Int
    var jiraWon: Int
    var byHand: Int
    var open: Int
  }

  /// A row that has waited for long.
  struct Oldest: Sendable, Hashable {
    var label: String
    var issueKey: String?
    var debt: String
    /// Seconds since 1970; nil where that is unknown.
    var since: Double?
  }

  /// What is known of calls to JIRA.
  struct Calls: Sendable, Hashable {
    var today = 0
    var refusals = 0
    /// How often JIRA was out of reach in the period.
    var outages = 0
  }

  /// Seconds since 1970.
  var from: Double
  var to: Double
  var site: String?
  var project: String?
  var rows = 0
  var open = 0
  /// Debt at the beginning of the period.
  var openBefore = 0
  var linked = 0
  var withError = 0
  var created = 0
  var issuesUpdated = 0
  var rowsUpdated = 0
  var runs = 0
  var dead = 0
  /// Jobs of rows that have been due for a minute and more.
  var waiting = 0
  /// Why JIRA cannot be called at the moment; nil where it can.
  var closedReason: String?
  var toJira = Speed(count: 0)
  var toRow = Speed(count: 0)
  var days: [Day] = []
  var layers: [Share] = []
  /// How many more there are than are shown; so for the next two as well.
  var moreLayers = 0
  var workflows: [Share] = []
  var moreWorkflows = 0
  var failures: [Failure] = []
  var moreFailures = 0
  var conflicts: [Conflicts] = []
  var oldest: [Oldest] = []
  var calls = Calls()

  /// Whether nothing stands between rows and issues at the moment.
  var isInStep: Bool {
    withError == 0 && dead == 0 && waiting == 0 && closedReason == nil && openConflicts == 0
  }
  /// How many conflicts wait for a person.
  var openConflicts: Int { conflicts.map(\.open).reduce(0, +) }
}
