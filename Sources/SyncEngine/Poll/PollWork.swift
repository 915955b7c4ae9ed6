import JSON
import Jira
import JobQueue
import Logging
import Mapping
import Planning
import Postgres
import SyncConfiguration

/// One poll of a project, under the lease of its job.
struct PollWork: ProjectWork {
  let run: JobRun
  let job: Job
  let site: Site
  let settings: SyncSettings

  /// Linked issues that changed, oldest change first, not yet read.
  private var pending: [PollStore.Candidate] = []
  private var candidates: Set<String> = []
  private var watch = WatermarkWatch()
  private var seen = 0
  private var enqueued = 0

  private var project: String { site.project.key }
  /// Which times of JIRA are believed now.
  private var limit: RemoteTimeLimit { RemoteTimeLimit(now: site.client.clock.now) }
  private var database: PostgresClient { run.database }

  init(run: JobRun, job: Job, site: Site, settings: SyncSettings) {
    self.run = run
    self.job = job
    self.site = site
    self.settings = settings
  }

  /// Searches, reads and enqueues.
  mutating func perform() async throws {
    let asked: Int64?
    do {
      asked = try PollStart.since(job.arguments)
    } catch {
      try await run.settle(job, as: .refused("\(error)"))
      return
    }
    let state = try await PollStore.begin(project: project, limit: limit, database: database)
    if state.isAhead {
      run.logger.error("the watermark of \(project) lies ahead of JIRA's clock; it is made anew")
      let project = project
      try await run.write(for: [job], doing: "telling of a watermark that lies ahead") {
        transaction, _ in
        _ = try await transaction.query(
          PollStore.announcing(ahead: project), doing: "telling of a watermark that lies ahead")
        return []
      }
    }
    let from = PollStart.from(
      watermark: state.watermark, oldestKnown: state.oldestKnown, asked: asked,
      overlap: settings.pollOverlap)
    guard let from else {
      // Nothing is linked: only how far JIRA is by now matters.
      let newest = try await newestUpdated()
      try await finish(watermark: newest)
      return
    }
    let form = try await timeForm(state)
    do {
      try await search(from: from, form: form, rereads: asked != nil)
    } catch let error as JiraError where form == .absolute && error.kind == .invalid {
      // What was understood before is refused. Only where the other form is taken is it the time that JIRA does not read
      // any more: whoever may not see the project is refused both.
      let zone = site.account.timeZone
      try await search(from: from, form: .minutes(zone: zone), rereads: asked != nil)
      run.logger.warning("JIRA no longer takes a time in milliseconds; polling to the minute")
      try await PollStore.remember(absoluteTime: false, project: project, database: database)
    }
    if seen == 0, case .minutes(let zone) = form {
      // The issue at the watermark should have shown: people change the zone of their profile.
      let now = try await site.client.myself().timeZone
      if now != zone {
        try await search(from: from, form: .minutes(zone: now), rereads: asked != nil)
      }
    }
    // Nothing at all, not even what was seen last: is it that the account sees the project no more?
    if seen == 0 { _ = try await site.client.project(project) }
    try await readHidden(rereads: asked != nil)
    while !pending.isEmpty { try await readSome() }
    try await finish(watermark: watch.end)
  }

  /// Ends the job after an error, which moves no watermark.
  func fail(_ settlement: Settlement, reason: String) async throws {
    run.logger.warning("polling \(project) did not come to its end: \(reason)")
    let (project, job, behind) = (project, job, settings.pollBehindAfter)
    try await run.write(for: [job], doing: "noting that polling \(project) failed") {
      transaction, _ in
      _ = try await transaction.pipeline(
        PollStore.failing(project: project, error: reason, behindAfter: behind),
        doing: "noting that polling \(project) failed")
      return [(job, settlement)]
    }
  }

  // MARK: - Steps

  private mutating func search(
    from: Int64, form: TimeForm, rereads: Bool
  ) async throws {
    let isCloud = site.client.dialect == .cloud
    watch = WatermarkWatch(trustsLaterPages: isCloud)
    let pages = site.client.search(
      jql: try await query(from: from, form: form), fields: ["updated"],
      maxResults: isCloud ? JiraClient.pageLimit : 1_000)
    for try await page in pages {
      let fresh = page.map(seenIssue)
      seen += page.count
      watch.saw(fresh.map(\.updated))
      guard !fresh.isEmpty else { continue }
      try await takeChanged(among: fresh, rereads: rereads)
      while pending.count >= JiraClient.fetchLimit { try await readSome() }
    }
  }

  /// An issue with a time that is believed, or none.
  private func seenIssue(_ issue: Issue) -> PollStore.Seen {
    PollStore.Seen(id: issue.id, key: issue.key, updated: limit.believed(issue.updated))
  }

  /// Linked issues that the search does not show, as they were moved to other projects: read by their ids, and few.
  private mutating func readHidden(rereads: Bool) async throws {
    let hidden = try await PollStore.hidden(from: project, limit: limit, database: database)
    for start in stride(from: 0, to: hidden.count, by: JiraClient.fetchLimit) {
      let some = Array(hidden[start..<min(start + JiraClient.fetchLimit, hidden.count)])
      let batch = try await site.client.issues(ids: some.map(\.id), fields: ["updated"])
      try await takeChanged(among: batch.found.map(seenIssue), rereads: rereads)
      let unread = some.compactMap { issue in
        batch.failed[issue.id].flatMap { error in
          error.isLastingForOneIssue
            ? UnreadIssue(id: issue.id, key: issue.key, error: error) : nil
        }
      }
      try await store(unread.isEmpty ? [] : [UnreadIssue.noting(unread)])
      if let error = batch.failed.values.first(where: { !$0.isLastingForOneIssue }) { throw error }
    }
  }

  /// Puts those that changed to what is to be read, each change once.
  private mutating func takeChanged(among seen: [PollStore.Seen], rereads: Bool) async throws {
    let changed = try await PollStore.candidates(
      among: seen, rereads: rereads, limit: limit, database: database)
    pending += changed.filter { candidates.insert("\($0.issueID) \($0.updated ?? 0)").inserted }
  }

  private func query(from: Int64, form: TimeForm) async throws -> JQL {
    let time: JQL
    switch form {
    case .absolute: time = try .instant(.updated, .greaterOrEqual, from)
    case .minutes(let zone):
      let text = try await PollStore.localMinute(from, zone: zone, database: database)
      time = try .compare(.updated, .greaterOrEqual, text)
    }
    return try .project(project).and(time).ordered(by: [(.updated, true), (.key, true)])
  }

  /// Reads up to a hundred of the issues that changed, and commits what differs together with how far that brings the watermark.
  private mutating func readSome() async throws {
    let some = Array(pending.prefix(JiraClient.fetchLimit))
    let batch = try await site.client.issues(
      ids: some.map(\.issueID), fields: site.mapping.issueFieldIDs)
    let issues = Dictionary(batch.found.map { ($0.id, $0) }) { $1 }
    var findings: [PollStore.Finding] = []
    var relinked: [RowKey] = []
    var same: [(rowKey: RowKey, issueID: String, key: String, updated: Int64?)] = []
    var unread: [UnreadIssue] = []
    var obstacle: JiraError?
    for candidate in some {
      if let error = batch.failed[candidate.issueID] {
        switch error.kind {
        // It may pass soon: a job of its own tries it again, and names it.
        case .unexpectedAnswer, .unavailable:
          findings.append(PollStore.Finding(rowKey: candidate.rowKey, kind: "pull"))
        case _ where error.isLastingForOneIssue:
          unread.append(
            UnreadIssue(
              id: candidate.issueID, key: candidate.issueKey, error: error,
              updated: candidate.updated))
        default: obstacle = error
        }
        continue
      }
      // One that the search shows and a look does not find was deleted since, which is for the sweep.
      guard let issue = issues[candidate.issueID] else { continue }
      let difference = IssueDifference(
        of: issue, key: candidate.issueKey, base: candidate.base, leavingOut: candidate.suspended,
        mapping: site.mapping, dialect: site.client.dialect)
      if candidate.isGone {
        relinked.append(candidate.rowKey)
        findings.append(PollStore.Finding(rowKey: candidate.rowKey, kind: "sync"))
      } else if let kind = difference.jobKind {
        findings.append(PollStore.Finding(rowKey: candidate.rowKey, kind: kind))
      } else {
        same.append((candidate.rowKey, issue.id, issue.key, limit.believed(issue.updated)))
      }
    }
    pending.removeFirst(some.count)
    let isStuck = pending.isEmpty || obstacle != nil
    let reached = isStuck ? nil : watch.reached(before: pending.first?.updated)
    var statements: [SQL] = []
    if !same.isEmpty { statements.append(PollStore.noting(read: same, limit: limit)) }
    if !unread.isEmpty { statements.append(UnreadIssue.noting(unread)) }
    if !relinked.isEmpty { statements.append(PollStore.relinking(relinked)) }
    if !findings.isEmpty { statements.append(PollStore.enqueuing(findings)) }
    if let reached {
      statements.append(PollStore.moving(to: reached, project: project, limit: limit))
    }
    enqueued += findings.count
    try await store(statements)
    // What was read is kept; the others are read by the next poll, as the watermark has not passed them.
    if let obstacle { throw obstacle }
    try Task.checkCancellation()
  }

  private func store(_ statements: [SQL]) async throws {
    guard !statements.isEmpty else { return }
    let (batchOfStatements, doing) = (statements, "enqueuing what changed in \(project)")
    try await run.write(for: [job], doing: doing) { transaction, _ in
      _ = try await transaction.pipeline(batchOfStatements, doing: doing)
      return []
    }
  }

  private func finish(watermark: Int64?) async throws {
    let (project, job, seen, enqueued, limit) = (project, job, seen, enqueued, limit)
    if enqueued > 0 {
      run.logger.info("\(enqueued) of \(seen) issues of \(project) changed")
    }
    try await run.write(for: [job], doing: "noting how far \(project) was polled") {
      transaction, _ in
      _ = try await transaction.pipeline(
        [PollStore.resuming, RefusedIssues.probing, UnstoredRetry.enqueuing]
          + PollStore.finishing(
            project: project, watermark: watermark, seen: seen, enqueued: enqueued, limit: limit),
        doing: "noting how far \(project) was polled")
      return [(job, .done)]
    }
  }

  // MARK: - Times

  /// The newest `updated` of the project; nil where it has no issues.
  private mutating func newestUpdated() async throws -> Int64? {
    let pages = site.client.search(
      jql: try JQL.project(project).ordered(by: [(.updated, false)]), fields: ["updated"],
      maxResults: 1)
    var iterator = pages.makeAsyncIterator()
    let page = try await iterator.next() ?? []
    seen += page.count
    return page.compactMap { limit.believed($0.updated) }.max()
  }

  /// How this site reads times, tried out once.
  private func timeForm(_ state: PollStore.State) async throws -> TimeForm {
    let fallback = TimeForm.minutes(zone: site.account.timeZone)
    if let known = state.hasAbsoluteTime { return known ? .absolute : fallback }
    guard let sample = state.sample,
      let understands = try await TimeProbe(client: site.client, issueID: sample).result()
    else { return fallback }
    if !understands {
      run.logger.warning(
        """
        JIRA does not understand times in milliseconds in a search; polling to the minute, in the zone of the account's \
        profile (\(site.account.timeZone ?? "unknown"))
        """)
    }
    try await PollStore.remember(
      absoluteTime: understands, project: project, database: database)
    return understands ? .absolute : fallback
  }
}
