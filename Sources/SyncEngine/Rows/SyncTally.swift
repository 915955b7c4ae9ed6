import JobQueue
import Locks
import Postgres

/// Counts what this process did, for the summary at its end.
public final class SyncTally: Sendable {
  private struct Counts {
    var created: Set<RowKey> = []
    var updated: Set<RowKey> = []
    var failed: Set<RowKey> = []
  }

  private let counts = Lock(Counts())

  /// Begins at zero.
  public init() {}

  /// How many rows got an issue.
  public var created: Int { counts.withLock { $0.created.count } }
  /// How many rows that had an issue were written, on either side.
  public var updated: Int { counts.withLock { $0.updated.subtracting($0.created).count } }
  /// How many rows could not be synced.
  public var failed: Int { counts.withLock { $0.failed.count } }
  /// How many rows are counted in one of the above.
  public var touched: Int {
    counts.withLock { $0.created.union($0.updated).union($0.failed).count }
  }

  func created(_ row: RowKey) { counts.withLock { _ = $0.created.insert(row) } }
  func updated(_ row: RowKey) { counts.withLock { _ = $0.updated.insert(row) } }
  func failed(_ row: RowKey) { counts.withLock { _ = $0.failed.insert(row) } }
  func succeeded(_ row: RowKey) { counts.withLock { _ = $0.failed.remove(row) } }
}
