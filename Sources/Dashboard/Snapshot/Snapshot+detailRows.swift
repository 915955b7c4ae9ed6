import JobQueue
import Postgres

extension Snapshot.Details {
  /// Reads the answers to `SnapshotQueries.details`, in their order.
  init(_ answers: [PostgresResult]) throws(PostgresError) {
    for row in answers[0].rows { workers.append(try Snapshot.Worker(row)) }
    for row in answers[1].rows { conflicts.append(try Snapshot.Conflict(row)) }
    for row in answers[2].rows { dead.append(try Snapshot.DeadJob(row)) }
    for row in answers[3].rows { linkErrors.append(try Snapshot.LinkError(row)) }
    for row in answers[4].rows { changes.append(try Snapshot.Change(row)) }
    for row in answers[5].rows { events.append(try Snapshot.Event(row)) }
  }
}

extension Snapshot.Row {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    let table: String = try row.get("table_name")
    key = try row.get("row_id", as: String?.self).map { RowKey(table: table, id: $0) }
    number = try row.get("row_number", as: String?.self)
    label = try row.get("label", as: String?.self)
  }
}

extension Snapshot.Worker {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    incarnation = try row.get("incarnation")
    name = try row.get("name")
    slots = try row.get("concurrency")
    isAsleep = try row.get("asleep")
    isLost = try row.get("lost")
    running = try row.get("running")
    startedAt = try row.get("started_at")
    seenAt = try row.get("seen_at")
  }
}

extension Snapshot.Conflict {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    id = try row.get("id")
    at = try row.get("at")
    self.row = try Snapshot.Row(row)
    issueKey = try row.get("issue_key", as: String?.self)
    field = try row.get("field")
    reason = try row.get("reason", as: String?.self)
    rowValue = try row.get("row_value", as: String?.self)
    issueValue = try row.get("issue_value", as: String?.self)
  }
}

extension Snapshot.DeadJob {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    id = try row.get("id")
    kind = try row.get("kind")
    self.row = try Snapshot.Row(row)
    attempt = try row.get("attempt")
    crashes = try row.get("crashes")
    error = try row.get("error", as: String?.self)
    diedAt = try row.get("died_at", as: Double?.self)
  }
}

extension Snapshot.LinkError {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    self.row = try Snapshot.Row(row)
    issueKey = try row.get("issue_key", as: String?.self)
    state = try row.get("state")
    error = try row.get("error")
    at = try row.get("at", as: Double?.self)
  }
}

extension Snapshot.Change {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    at = try row.get("at")
    self.row = try Snapshot.Row(row)
    issueKey = try row.get("issue_key", as: String?.self)
    side = try row.get("side")
    field = try row.get("field")
    old = try row.get("old_value", as: String?.self)
    new = try row.get("new_value", as: String?.self)
    cause = try row.get("cause", as: String?.self)
  }
}

extension Snapshot.Event {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    at = try row.get("at")
    kind = try row.get("kind")
    severity = try row.get("severity")
    subject = try row.get("subject")
    message = try row.get("message")
    isResolution = try row.get("resolves")
  }
}
