import JSON
import Mapping
import SyncEngine

/// What `fields create` shows.
struct CreationReport {
  /// What came of one creation.
  struct Outcome {
    var id: String?
    /// What a person still has to do.
    var remaining: String?
    var error: String?
  }

  /// What the mapping wants and JIRA lacks.
  var needed: [FieldCreation]
  var isDryRun = false
  /// Why nothing could be made, and what to do instead.
  var obstacle: String?
  /// What came of each; empty where nothing was tried.
  var outcomes: [Outcome] = []

  /// Whether something is still missing that was to be made.
  var hasFailed: Bool { obstacle != nil || outcomes.contains { $0.error != nil } }

  /// A line for each field.
  var text: String {
    guard !needed.isEmpty else { return "nothing to make: JIRA has every field and option" }
    if let obstacle {
      return (["\(obstacle):"] + needed.map { "  \($0.description)" }).joined(separator: "\n")
    }
    if outcomes.isEmpty {
      return needed.map { "would make \($0.description)" }.joined(separator: "\n")
    }
    return zip(needed, outcomes).map { creation, outcome in
      if let error = outcome.error { return "failed \(creation.description): \(error)" }
      let id = creation.id == nil ? " as \(outcome.id ?? "")" : ""
      let rest = outcome.remaining.map { "; \($0)" } ?? ""
      return "made \(creation.description)\(id)\(rest)"
    }.joined(separator: "\n")
  }

  var json: JSON {
    [
      "obstacle": obstacle.map(JSON.string) ?? .null, "dry_run": .bool(isDryRun),
      "fields": .array(
        needed.enumerated().map { place, creation in
          let outcome = place < outcomes.count ? outcomes[place] : nil
          return [
            "field": .string(creation.field), "name": .string(creation.name),
            "type": .string(creation.type.rawValue),
            "options": .array(creation.options.map(JSON.string)),
            "id": (creation.id ?? outcome?.id).map(JSON.string) ?? .null,
            "made": .bool(outcome.map { $0.error == nil } ?? false),
            "error": outcome?.error.map(JSON.string) ?? .null,
            "remaining": outcome?.remaining.map(JSON.string) ?? .null,
          ]
        }),
    ]
  }
}
