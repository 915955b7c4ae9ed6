import Jira
import Planning

/// A conflict that is over.
struct ConflictClosing: Sendable, Hashable {
  /// Why it is over.
  enum End: Sendable, Hashable {
    /// What a person decided was carried out.
    case applied
    /// Both sides say the same.
    case agreed
    /// A side changed again, or the field's policy did.
    case superseded
  }

  let id: Int64
  let end: End

  /// Which of the conflicts of a row a run ends.
  ///
  /// - Parameters:
  ///   - conflicts: those that wait, or were decided.
  ///   - plan: what the run was to do.
  ///   - decided: the conflicts that it settled, by the field's name.
  ///   - untouched: fields that the run did not get to, or failed at.
  ///   - mapped: the names of the fields that are mapped.
  /// - Returns: those that are over.
  static func ending(
    _ conflicts: [LiveConflict], plan: Plan, decided: [String: Int64], untouched: Set<String>,
    mapped: Set<String>
  ) -> [ConflictClosing] {
    conflicts.compactMap { conflict in
      guard mapped.contains(conflict.field) else {
        return ConflictClosing(id: conflict.id, end: .superseded)
      }
      guard !untouched.contains(conflict.field) else { return nil }
      if decided[conflict.field] == conflict.id {
        return ConflictClosing(id: conflict.id, end: .applied)
      }
      guard let waiting = plan.conflicts.first(where: { $0.field == conflict.field }) else {
        return ConflictClosing(id: conflict.id, end: .agreed)
      }
      let isSame =
        waiting.winner == nil && waiting.row.plainJSON == conflict.row
        && waiting.issue.plainJSON == conflict.issue
      return isSame ? nil : ConflictClosing(id: conflict.id, end: .superseded)
    }
  }
}
