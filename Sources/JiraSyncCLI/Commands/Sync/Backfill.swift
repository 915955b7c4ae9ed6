import Mapping

/// The issues that a sync of many rows would make: pure, so that the question can be tested.
struct Backfill: Sendable, Hashable {
  /// Rows that have no issue and want one, and name no tickets.
  var fresh: Int
  /// Rows that have no issue, want one, and name tickets already.
  var ticketed: Int
  /// Rows whose issues would be compared.
  var linked: Int

  /// Sorts rows.
  init(_ rows: [FoundRow]) {
    fresh = rows.count { $0.wantsIssue && $0.tickets == 0 }
    ticketed = rows.count { $0.wantsIssue && $0.tickets > 0 }
    linked = rows.count { $0.linkState == "linked" }
  }

  /// Whether the user has to be asked.
  var createsAnything: Bool { fresh + ticketed > 0 }

  /// What would happen, in a sentence.
  ///
  /// - Parameters:
  ///   - policy: what is done with rows that name tickets already; nil where it is not configured.
  ///   - project: the project, where it is known.
  /// - Returns: the sentence.
  func sentence(policy: ExistingTickets?, project: String?) -> String {
    let place = project.map { " in \($0)" } ?? ""
    var parts: [String] = []
    let created = fresh + (policy == .create ? ticketed : 0)
    if created > 0 || (ticketed > 0 && policy == nil) {
      parts.append("makes \(Self.count(policy == nil ? fresh : created, "issue"))\(place)")
    }
    if ticketed > 0 {
      switch policy {
      case .create:
        parts.append(
          "\(Self.count(ticketed, "of them", plural: "of them")) for rows that name tickets already"
        )
      case .adopt:
        parts.append("links \(Self.count(ticketed, "row")) with tickets that they name already")
      case .skip:
        parts.append("leaves \(Self.count(ticketed, "row")) alone that name tickets already")
      case nil:
        parts.append(
          "\(Self.count(ticketed, "more row")) \(ticketed == 1 ? "names" : "name") tickets already")
      }
    }
    if linked > 0 || parts.isEmpty {
      parts.append(
        "compares \(Self.count(linked, "row")) with \(linked == 1 ? "its issue" : "their issues")")
    }
    return "this " + parts.joined(separator: ", ")
  }

  private static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
