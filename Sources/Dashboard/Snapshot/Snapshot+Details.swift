import JobQueue

extension Snapshot {
  /// The newest of what people look for; lists are cut to `limit`.
  struct Details: Sendable {
    /// How much of each list is shown.
    static let limit = 20

    var workers: [Worker] = []
    var conflicts: [Conflict] = []
    var dead: [DeadJob] = []
    var linkErrors: [LinkError] = []
    var changes: [Change] = []
    var events: [Event] = []
  }

  /// A row as people know it.
  struct Row: Sendable {
    /// The table and the id; nil where it is not about a row.
    var key: RowKey?
    /// Four characters such as `0042`.
    var number: String?
    /// What users call it.
    var label: String?
  }

  /// A worker of the fleet.
  struct Worker: Sendable {
    var incarnation: String
    var name: String
    var slots: Int
    var isAsleep: Bool
    /// Whether its leases have ended.
    var isLost: Bool
    var running: Int
    var startedAt: Double
    var seenAt: Double
  }

  /// Both sides changed, and a person has to decide.
  struct Conflict: Sendable {
    var id: Int64
    var at: Double
    var row: Row
    var issueKey: String?
    var field: String
    var reason: String?
    var rowValue: String?
    var issueValue: String?
  }

  /// A job that was given up.
  struct DeadJob: Sendable {
    var id: Int64
    var kind: String
    var row: Row
    var attempt: Int
    var crashes: Int
    var error: String?
    var diedAt: Double?
  }

  /// What stands in the way of a row.
  struct LinkError: Sendable {
    var row: Row
    var issueKey: String?
    var state: String
    var error: String
    var at: Double?
  }

  /// A value that was written.
  struct Change: Sendable {
    var at: Double
    var row: Row
    var issueKey: String?
    var side: String
    var field: String
    var old: String?
    var new: String?
    var cause: String?
  }

  /// What people should hear of.
  struct Event: Sendable {
    var at: Double
    var kind: String
    var severity: String
    var subject: String
    var message: String
    var isResolution: Bool
  }
}
