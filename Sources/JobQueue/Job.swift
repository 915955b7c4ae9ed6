import FoundationEssentials
import JSON

/// A job under a lease of this worker.
public struct Job: Sendable, Hashable, Identifiable {
  /// The id in `jira_sync.jobs`.
  public let id: Int64
  /// What kind of work it is; decides the handler.
  public let kind: String
  /// The name of the table that the job is about; those of some kinds have no row.
  public let tableName: String
  /// The row to look at, where the kind has one.
  public let rowID: String?
  /// Jobs of one key never run at the same time.
  public let key: String?
  /// Larger is more urgent.
  public let priority: Int
  /// The role that enqueued it; empty where that is not known.
  public let enqueuedBy: String
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// After so many failed attempts the job is dead.
  public let maxAttempts: Int
  /// How often a worker was lost while it ran this job.
  public let crashes: Int
  /// What else the handler should know; the union of what the merged jobs said.
  public let arguments: JSON
  /// The fencing token of this lease.
  public let token: Int64
  /// When it was enqueued, in seconds since 1970 by the database's clock.
  public let createdAt: Double

  /// Describes a claimed job.
  public init(
    id: Int64, kind: String, tableName: String = RowKey.standardTable, rowID: String? = nil,
    key: String? = nil, priority: Int = 0, enqueuedBy: String = "", attempt: Int = 1,
    maxAttempts: Int = 20,
    crashes: Int = 0, arguments: JSON = .object([:]), token: Int64, createdAt: Double = 0
  ) {
    self.id = id
    self.kind = kind
    self.tableName = tableName
    self.rowID = rowID
    self.key = key
    self.priority = priority
    self.enqueuedBy = enqueuedBy
    self.attempt = attempt
    self.maxAttempts = maxAttempts
    self.crashes = crashes
    self.arguments = arguments
    self.token = token
    self.createdAt = createdAt
  }

  /// The row to look at, with its table.
  public var row: RowKey? { rowID.map { RowKey(table: tableName, id: $0) } }
}
