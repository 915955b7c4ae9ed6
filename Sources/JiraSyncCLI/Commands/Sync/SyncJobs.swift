import JSON
import JobQueue
import Mapping
import Postgres
import SyncEngine

/// Enqueues the jobs of a sync.
struct SyncJobs {
  let session: QueueSession
  let kind: String
  /// Many rows wait behind what others do meanwhile.
  let isBulk: Bool
  let force: Bool
  let tickets: ExistingTickets?

  /// Rows by the thousand, so that no other statement waits long for a lock.
  private static let batch = 1_000

  /// Enqueues a job for each row.
  ///
  /// - Parameter rows: the rows.
  /// - Returns: the ids of jobs that cover the request, one a row.
  /// - Throws: `PostgresError`.
  func enqueue(_ rows: [FoundRow]) async throws -> [Int64] {
    var jobs: [Int64] = []
    for start in stride(from: 0, to: rows.count, by: Self.batch) {
      let keys = rows[start..<min(start + Self.batch, rows.count)].map(\.key)
      jobs += try await session.query(
        statement(keys), doing: "enqueuing \(keys.count) jobs"
      ).rows.map { row in try row.get("job", as: Int64.self) }
    }
    return jobs
  }

  private func statement(_ rows: [RowKey]) -> SQL {
    let unnested: SQL =
      "unnest(\(rows.map(\.table))::text[], \(rows.map(\.id))::text[]) as u (table_name, row_id)"
    var args: [String: JSON] = [:]
    if force { args["force"] = true }
    if let tickets { args["existing_tickets"] = .string(tickets.rawValue) }
    guard args.isEmpty && !isBulk else {
      return """
        insert into jira_sync.jobs (kind, table_name, row_id, priority, args)
        select \(kind), u.table_name, u.row_id, \(isBulk ? FullSyncHandler.priority : 0), \(JSON.object(args).text)::jsonb
        from \(unnested)
        returning id as job
        """
    }
    return """
      select jira_sync.enqueue(\(kind), u.row_id, u.table_name) as job from \(unnested)
      """
  }
}
