import JSON
import Postgres

/// What `migrate --status` shows.
struct MigrationList {
  var statuses: [MigrationStatus]

  /// The file of the first migration that was edited after it had been applied.
  var edited: String? {
    statuses.first { $0.state == .edited }.map { "\($0.version)_\($0.name).sql" }
  }

  /// A line for each migration: state, file, time.
  var text: String {
    if statuses.isEmpty { return "no migrations" }
    return statuses.map { status in
      let state = status.state.rawValue
      let padding = String(repeating: " ", count: max(0, 8 - state.count))
      let time = status.appliedAt.map { "  \($0)" } ?? ""
      return "\(state)\(padding) \(status.version)_\(status.name)\(time)"
    }.joined(separator: "\n")
  }

  var json: JSON {
    .array(
      statuses.map { status in
        [
          "version": .string(status.version), "name": .string(status.name),
          "state": .string(status.state.rawValue),
          "applied_at": status.appliedAt.map(JSON.string) ?? .null,
        ]
      })
  }
}
