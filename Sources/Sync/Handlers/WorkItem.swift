import JSON
import JobQueue

/// A job about a row, with the row and the link as they were read.
struct WorkItem: Sendable {
  let job: Job
  /// The id of the row.
  let rowID: Int64
  /// Nil where there is no such row, or none that can be seen.
  var row: Row?
  var link: Link?
  /// Conflicts that wait, or that a person decided.
  var conflicts: [LiveConflict] = []
  /// Fields that are left alone for a while, each with why.
  var parked: [String: String] = [:]
  /// The time when it was read, in seconds since 1970 by the database's clock.
  var readAt: Double = 0

  /// The row's path, for messages and links.
  var filePath: String { row?["file_path"]?.string ?? link?.filePath ?? "row \(rowID)" }

  /// Whether the row wants an issue.
  var hasDebt: Bool { row?["has_technical_debt"]?.bool ?? false }

  /// What a deleted row held, where a trigger reported a deletion.
  var deletedRow: JSON? { job.arguments["deleted"] }

  /// What people decided of conflicts, by the field's name; the latest counts.
  var verdicts: [String: Verdict] {
    Dictionary(conflicts.compactMap { conflict in conflict.verdict.map { (conflict.field, $0) } }) {
      $1
    }
  }

  /// Which sides the job may write.
  var sides: WritableSides { WritableSides(kind: job.kind) }
}
