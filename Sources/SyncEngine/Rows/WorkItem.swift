import JSON
import JobQueue
import Planning

/// A job about a row, with the row and the link as they were read.
struct WorkItem: Sendable {
  let job: Job
  /// Which row of which table.
  let rowKey: RowKey
  /// Nil where there is no such row, or none that can be seen.
  var row: Row?
  /// Whether there is, or may be, a row that this role cannot see.
  var isHidden = false
  /// Whether the linked row was deleted together with so many others that a job for its deletion is yet to be enqueued.
  var isMarked = false
  var link: Link?
  /// Conflicts that wait, or that a person decided.
  var conflicts: [LiveConflict] = []
  /// Fields that are left alone for a while, each with why.
  var suspended: [String: String] = [:]
  /// The time when it was read, in seconds since 1970 by the database's clock.
  var readAt: Double = 0

  /// What users call the row, for messages and links.
  var label: String {
    row?[AuditTable.labelColumn]?.string ?? link?.label ?? AuditTable.describe(rowKey)
  }

  /// Whether the row wants an issue.
  var hasDebt: Bool { row?["has_technical_debt"]?.bool ?? false }

  /// The tickets that the row names; an element of blanks names none.
  var tickets: [String] {
    (row?["jira_tickets"]?.array ?? []).compactMap(\.string)
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }

  /// What a trigger reported of a deleted row.
  var deleted: DeletedRow? { job.arguments["deleted"].map(DeletedRow.init) }

  /// What people called a deleted row at last, which may be newer than the link; nil where no trigger told.
  var lastLabel: String? {
    deleted?.label.flatMap { $0.isEmpty || $0 == rowKey.id ? nil : $0 }
  }

  /// What people decided of conflicts, by the field's name; the latest counts.
  var resolutions: [String: ConflictResolution] {
    Dictionary(
      conflicts.compactMap { conflict in conflict.resolution.map { (conflict.field, $0) } }
    ) {
      $1
    }
  }

  /// Whether a conflict with these values is open already.
  func isRecorded(_ conflict: FieldConflict) -> Bool {
    conflicts.contains {
      $0.field == conflict.field && $0.row == conflict.row.plainJSON
        && $0.issue == conflict.issue.plainJSON
    }
  }

  /// Whether a user asked to compare and send everything again.
  var isForced: Bool { job.arguments["force"]?.bool == true }

  /// Which sides the job may write.
  var sides: WritableSides {
    switch job.kind {
    case "push": .issueOnly
    case "pull": .rowOnly
    default: .both
    }
  }
}

/// What the trigger of a table reports of a deleted row.
struct DeletedRow: Sendable, Hashable {
  /// What users called the row at last, where that is known.
  var label: String?

  /// Reads `args.deleted` of a job.
  init(_ json: JSON) { label = json["label"]?.string }
}
