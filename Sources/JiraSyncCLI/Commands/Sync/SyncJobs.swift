import JSON
import Postgres
import Sync

/// Enqueues the jobs of a sync.
struct SyncJobs {
  let session: QueueSession
  let kind: String
  /// Many rows wait behind what others do meanwhile.
  let isBulk: Bool
  let force: Bool
  let tickets: ExistingTickets?

  /// Rows by the thousand, so that nobody waits long for a lock.
  private static let batch = 1_000

  /// Enqueues a job for each row.
  ///
  /// - Parameter rows: the rows.
  /// - Returns: the ids of jobs that cover the request, one a row.
  /// - Throws: `PostgresError`.
  func enqueue(_ rows: [FoundRow]) async throws -> [Int64] {
    var jobs: [Int64] = []
    for start in stride(from: 0, to: rows.count, by: Self.batch) {
      let ids = rows[start..<min(start + Self.batch, rows.count)].map(\.id)
      jobs += try await session.query(
        statement(ids), doing: "enqueuing \(ids.count) jobs"
      ).rows.map { row in try row.get("job", as: Int64.self) }
    }
    return jobs
  }

  private func statement(_ ids: [Int64]) -> SQL {
    var args: [String: JSON] = [:]
    if force { args["force"] = true }
    if let tickets { args["existing_tickets"] = .string(tickets.rawValue) }
    guard args.isEmpty && !isBulk else {
      return """
        insert into jira_sync.jobs (kind, file_audit_id, priority, args)
        select \(kind), u.id, \(isBulk ? FullSyncHandler.priority : 0), \(JSON.object(args).text)::jsonb
        from unnest(\(ids)::bigint[]) as u (id)
        returning id as job
        """
    }
    return """
      select jira_sync.enqueue(\(kind), u.id) as job from unnest(\(ids)::bigint[]) as u (id)
      """
  }
}
