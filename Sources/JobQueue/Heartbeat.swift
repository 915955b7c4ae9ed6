import Postgres

/// What the database answered to a heartbeat.
struct Heartbeat: Sendable {
  /// Whether it was asked about all that runs, and not only about what this worker knows that it holds.
  let isWhole: Bool
  /// Whether it knows this worker; if not, it has to register again.
  let known: Bool
  /// Whether the queue is paused.
  let paused: Bool
  /// Whether something is due; told only to who sleeps.
  let dueNow: Bool
  /// When the next job falls due; told only to who sleeps.
  let dueIn: Duration?
  /// When a lease of another worker ends unless it is renewed; not positive means that a rescue is due.
  ///
  /// Told only where everything was asked about.
  let rescueIn: Duration?
  /// Jobs of this worker that a person wants to be stopped.
  let cancelled: [Int64]
  /// The tokens of the leases that this worker has, as far as the database knows and was asked.
  let held: [Int64]
  /// Whether housekeeping is due.
  let maintenanceDue: Bool

  init(row: PostgresRow, isWhole: Bool) throws(PostgresError) {
    self.isWhole = isWhole
    known = try row.get("known")
    paused = try row.get("paused")
    dueNow = try row.get("due_now")
    // A job may be due in ten thousand years, which is more than a clock can be asked to wait.
    dueIn = try row.get("due_in", as: Double?.self).map { .seconds(min(max($0, 0), 1e9)) }
    rescueIn = try row.get("rescue_in", as: Double?.self).map { .seconds($0) }
    cancelled = try row.get("cancelled", as: [Int64]?.self) ?? []
    held = try row.get("held", as: [Int64]?.self) ?? []
    maintenanceDue = try row.get("maintenance_due")
  }
}
