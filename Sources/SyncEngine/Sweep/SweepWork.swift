import JSON
import Jira
import JobQueue
import Logging
import Planning
import Postgres
import SyncConfiguration

/// One sweep of a project, under the lease of its job.
struct SweepWork: ProjectWork, Sendable {
  let run: JobRun
  let job: Job
  let site: Site
  let settings: SyncSettings

  private var project: String { site.project.key }

  /// Compares the ids of the project with those of the links.
  ///
  /// An issue counts as gone once two sweeps in a row found it neither in the search nor by itself, and only where what is
  /// missing is not so much that the account has rather lost a permission.
  func perform() async throws {
    let known = try await SweepStore.known(run.database)
    guard !known.isEmpty else {
      try await finish(missed: 0, objection: nil)
      return
    }
    let linked = known.count { !$0.isGone }
    var keys: [String: String]
    var isHidden = false
    do {
      keys = try await searchKeys()
    } catch let error as JiraError where error.kind == .invalid {
      // To whoever may not see a project JIRA says that there is none of this name.
      isHidden = try await !mayBrowse()
      guard isHidden else { throw error }
      keys = [:]
    }
    let absent = known.filter { keys[$0.issueID] == nil && !$0.isGone }
    // The index lags, and an issue may have been moved to another project: only a look at each counts.
    var missing: [SweepStore.Known] = []
    var unread: [UnreadIssue] = []
    for start in stride(from: 0, to: absent.count, by: JiraClient.fetchLimit) {
      let some = absent[start..<min(start + JiraClient.fetchLimit, absent.count)]
      let batch = try await site.client.issues(ids: some.map(\.issueID), fields: ["updated"])
      for issue in batch.found { keys[issue.id] = issue.key }
      // One that may not be seen is there all the same.
      if let error = batch.failed.values.first(where: { !$0.isLastingForOneIssue }) { throw error }
      unread += some.compactMap { link in
        batch.failed[link.issueID].map {
          UnreadIssue(id: link.issueID, key: link.issueKey, error: $0)
        }
      }
      missing += some.filter { keys[$0.issueID] == nil && batch.failed[$0.issueID] == nil }
      // When nothing at all is there, asking for all the others will tell no more.
      let isHopeless = missing.count == start + some.count && absent.count == linked
      if isHopeless { missing = absent }
      if isHopeless { break }
    }
    let objection = SweepAssessment(
      linked: linked, missing: missing.count,
      mayBrowse: missing.isEmpty ? nil : isHidden ? false : try await mayBrowse(),
      mayMiss: settings.sweepMayMiss
    ).objection
    if let objection {
      run.logger.error("sweeping \(project): \(objection)")
      try await finish(missed: missing.count, objection: objection)
      return
    }
    try await store(known, keys: keys, missing: missing, unread: unread)
    for link in missing where link.missedSweeps >= 1 { try await end(link) }
    try await finish(missed: missing.count, objection: nil)
  }

  /// Ends the job after an error, which changes nothing.
  func fail(_ settlement: Settlement, reason: String) async throws {
    run.logger.warning("sweeping \(project) did not come to its end: \(reason)")
    let (project, job) = (project, job)
    try await run.write(for: [job], doing: "noting that sweeping \(project) failed") {
      transaction, _ in
      _ = try await transaction.query(
        """
        insert into jira_sync.polls (project_key, sweep_error) values (\(project), \(reason))
        on conflict (project_key) do update set sweep_error = excluded.sweep_error
        """, doing: "noting that sweeping \(project) failed")
      return [(job, settlement)]
    }
  }

  // MARK: - Steps

  /// The keys of all issues of the project, by their ids.
  private func searchKeys() async throws -> [String: String] {
    let isCloud = site.client.dialect == .cloud
    let pages = site.client.search(
      jql: try JQL.project(project).ordered(by: [(.key, true)]), fields: ["key"],
      maxResults: isCloud ? 5_000 : 1_000)
    var keys: [String: String] = [:]
    for try await page in pages {
      for issue in page { keys[issue.id] = issue.key }
    }
    return keys
  }

  /// Whether the account may still see the project.
  private func mayBrowse() async throws -> Bool {
    do {
      let permissions = try await site.client.myPermissions(["BROWSE_PROJECTS"], project: project)
      return permissions["BROWSE_PROJECTS"] ?? false
    } catch let error as JiraError where error.kind == .notFound || error.kind == .forbidden {
      return false
    }
  }

  private func store(
    _ known: [SweepStore.Known], keys: [String: String], missing: [SweepStore.Known],
    unread: [UnreadIssue]
  ) async throws {
    let present = known.filter { keys[$0.issueID] != nil }
    let relinked = present.filter(\.isGone)
    let moved = present.compactMap { link in
      keys[link.issueID].flatMap { $0 == link.issueKey ? nil : (link: link, key: $0) }
    }
    let first = missing.filter { $0.missedSweeps == 0 }
    var statements: [SQL] = []
    let again = present.filter { $0.missedSweeps > 0 }
    if !again.isEmpty { statements.append(SweepStore.found(again)) }
    if !relinked.isEmpty { statements += SweepStore.relinked(relinked) }
    if !moved.isEmpty { statements += SweepStore.moved(moved) }
    if !first.isEmpty { statements.append(SweepStore.missed(first)) }
    if !unread.isEmpty { statements.append(UnreadIssue.noting(unread)) }
    // What could not be read is tried again.
    let doubtful = present.filter { $0.isUnread && !$0.isGone }
    if !doubtful.isEmpty {
      statements.append(RowStore.enqueuing(kind: "sync", rows: doubtful.map(\.rowKey)))
    }
    guard !statements.isEmpty else { return }
    for link in first {
      run.logger.warning(
        "\(link.issueKey) of \(link.label) was not found; another sweep decides")
    }
    let (all, doing) = (statements, "noting what the sweep found")
    try await run.write(for: [job], doing: doing) { transaction, _ in
      _ = try await transaction.pipeline(all, doing: doing)
      return []
    }
  }

  /// An issue is gone for good: its link ends, and its row gets what the policy says.
  private func end(_ link: SweepStore.Known) async throws {
    run.logger.warning("\(link.issueKey) of \(link.label) is gone")
    do {
      try await end(link, withRow: true)
    } catch RowRefusal.moved {
      run.logger.info("the row of \(link.label) changed meanwhile; the next sweep ends its link")
    } catch let error as PostgresError where error.kind == .server {
      // The row refuses; that its issue is gone is true all the same.
      run.logger.error(
        "the row of \(link.label) could not be told that its issue is gone: \(error)")
      try await end(link, withRow: false)
    }
  }

  private func end(_ link: SweepStore.Known, withRow: Bool) async throws {
    let policy = settings.onIssueDeleted
    let plan = withRow ? try await plan(link) : Plan(newBase: Base())
    var statements = [RowStore.announcing(writer: run.worker)]
    statements += SweepStore.gone(link, policy: policy)
    if !plan.rowWrites.isEmpty {
      statements.append(
        RowStore.recording(
          plan.rowWrites.map { write in
            Change(
              rowKey: link.rowKey, issueKey: link.issueKey, side: .row, field: write.column,
              mappingField: write.field, cause: "issue_deleted", old: write.old, new: write.new,
              jobID: job.id, worker: run.worker)
          }))
      statements.append(RowStore.writing(plan, rowKey: link.rowKey))
    }
    let (all, doing) = (statements, "noting that \(link.issueKey) is gone")
    try await run.write(for: [job], doing: doing) { transaction, _ in
      let answers = try await transaction.pipeline(all, doing: doing)
      // Planned from an older row: rolled back, and the next sweep does it.
      guard plan.rowWrites.isEmpty || answers.last?.affected == 1 else { throw RowRefusal.moved }
      return []
    }
  }

  /// What the row gets, by the deletion policy.
  private func plan(_ link: SweepStore.Known) async throws -> Plan {
    let reading = Job(
      id: 0, kind: "pull", tableName: link.rowKey.table, rowID: link.rowKey.id, token: 0)
    let item = try await RowStore.items(for: [reading], database: run.database).first
    return Planning.plan(
      base: item?.link?.base, row: item?.row.map(RowSide.present) ?? .absent,
      issue: .deleted(key: link.issueKey), mapping: site.mapping,
      deletion: settings.onIssueDeleted)
  }

  private func finish(missed: Int, objection: String?) async throws {
    let (project, job) = (project, job)
    try await run.write(for: [job], doing: "noting how the sweep of \(project) ended") {
      transaction, _ in
      _ = try await transaction.pipeline(
        SweepStore.finishing(project: project, missed: missed, objection: objection)
          + [RefusedIssues.retrying],
        doing: "noting how the sweep of \(project) ended")
      return [(job, objection.map { .refused($0) } ?? .done)]
    }
  }
}
