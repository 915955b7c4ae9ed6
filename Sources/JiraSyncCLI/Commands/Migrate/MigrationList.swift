import JSON
import Postgres

/// What `migrate --status` shows: versioned migrations first, then files of functions.
struct MigrationList {
  var status: SchemaStatus

  /// The file of the first migration that was edited after it had been applied.
  var edited: String? {
    status.migrations.first { $0.state == .edited }.map { "\($0.version)_\($0.name).sql" }
  }

  /// A line for each file: state, file, time.
  var text: String {
    let lines =
      status.migrations.map { line($0.state.rawValue, "\($0.version)_\($0.name)", $0.appliedAt) }
      + status.functions.map { line($0.state.rawValue, "functions/\($0.name)", $0.appliedAt) }
    return lines.isEmpty ? "no migrations" : lines.joined(separator: "\n")
  }

  var json: JSON {
    .array(
      status.migrations.map {
        object("versioned", $0.version, $0.name, $0.state.rawValue, $0.appliedAt)
      }
        + status.functions.map {
          object("repeatable", nil, $0.name, $0.state.rawValue, $0.appliedAt)
        })
  }

  private func line(_ state: String, _ name: String, _ appliedAt: String?) -> String {
    let padding = String(repeating: " ", count: max(0, 8 - state.count))
    return "\(state)\(padding) \(name)\(appliedAt.map { "  \($0)" } ?? "")"
  }

  private func object(
    _ kind: String, _ version: String?, _ name: String, _ state: String, _ appliedAt: String?
  ) -> JSON {
    [
      "kind": .string(kind), "version": version.map(JSON.string) ?? .null, "name": .string(name),
      "state": .string(state), "applied_at": appliedAt.map(JSON.string) ?? .null,
    ]
  }
}
