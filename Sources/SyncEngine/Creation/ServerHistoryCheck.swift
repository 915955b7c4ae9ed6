import FoundationEssentials
import Jira
import JobQueue
import Logging
import Postgres

/// Checks, before issues are made, whether the database has lost commits, and with them links.
struct ServerHistoryCheck: RowRunPart {
  let context: RowContext
  private var proof: DatabaseProof { context.proof }

  /// Checks the server once for each process, and again when it is another one.
  ///
  /// - Returns: the rows that may get issues now; the jobs of the others were settled.
  func withProvenHistory(_ items: [WorkItem]) async throws -> [WorkItem] {
    guard !items.isEmpty, proof.passed == nil else { return items }
    let rights = try ServerIdentity.Rights(
      try await database.query(
        ServerIdentity.Rights.query, doing: "reading what may be known of the server"
      ).one)
    let current = try ServerIdentity(
      try await database.query(rights.identity, doing: "reading which server this is").one)
    let facts = try await historyFacts()
    let step = ServerRecord.step(
      facts.record, current: current, alive: facts.alive, hasIntents: facts.hasIntents,
      now: facts.now,
      lag: options.lookupTimes.last ?? .zero)
    var found: [RowKey] = []
    if step != .pass {
      found = try await adoptForgotten(
        since: facts.age, isLast: step == .search,
        isOther: facts.record.map { current.isOtherHistory(than: $0.identity) } ?? false)
    }
    if case .searchAndWait(let left) = step {
      try await remember { record in
        if record?.next?.identity != current {
          record?.next = ServerRecord.Next(identity: current, since: facts.now)
        }
      }
      let text =
        "the database may have lost commits; JIRA is searched for issues that it has forgotten before any is made"
      try await run.settle(items.map { ($0.job, .postponed(text, after: min(left, .seconds(30)))) })
      logger.notice("\(text)")
      return []
    }
    let me = run.worker.uuidString.lowercased()
    try await remember { record in
      if record?.identity != current { record = ServerRecord(identity: current) }
      let others = (record?.checked ?? []).filter { facts.alive.contains($0) && $0 != me }
      record?.checked = others + [me]
      record?.next = nil
    }
    proof.set(DatabaseProof.Passed(identity: current, rights: rights))
    let adopted = items.filter { found.contains($0.rowKey) }
    try await run.settle(
      adopted.map {
        ($0.job, .postponed("its issue was found, to be reconciled", after: .zero))
      })
    return items.filter { !found.contains($0.rowKey) }
  }

  /// Makes sure, in the transaction that commits an intent, that the server is still the one that was checked.
  static func confirm(_ proof: DatabaseProof, worker: UUID, _ transaction: PostgresTransaction)
    async throws
  {
    guard let passed = proof.passed else { throw ServerChanged() }
    let current = try ServerIdentity(
      try await transaction.query(passed.rights.identity, doing: "reading which server this is").one
    )
    let isChecked: Bool = try await transaction.query(
      """
      select exists (
        select from jira_sync.site where server -> 'checked' ? \(worker.uuidString.lowercased())
      ) as checked
      """, doing: "reading which server was checked"
    ).one.get("checked")
    guard current == passed.identity, isChecked else {
      proof.set(nil)
      throw ServerChanged()
    }
  }

  // MARK: - Steps

  private struct HistoryFacts {
    var record: ServerRecord?
    var alive: Set<String>
    var hasIntents: Bool
    /// How long ago the last recorded intent was committed, or the database was bound to the site.
    var age: Duration
    var now: Double
  }

  private func historyFacts() async throws -> HistoryFacts {
    let row = try await database.query(
      """
      select s.server::text as server, l.last is not null as has_intents,
        extract(epoch from clock_timestamp() - coalesce(l.last, s.bound_at))::float8 as age,
        extract(epoch from clock_timestamp())::float8 as now,
        array(
          select w.incarnation::text from jira_sync.workers as w
          where w.seen_at + greatest(w.lease, interval '15 seconds') > clock_timestamp()) as alive
      from jira_sync.site as s, (select max(attempted_at) as last from jira_sync.links) as l
      """, doing: "reading what is remembered of the server"
    ).one
    let text = try row.get("server", as: String?.self)
    return HistoryFacts(
      record: try text.map { try JSONDecoder().decode(ServerRecord.self, from: Data($0.utf8)) },
      alive: Set(try row.get("alive", as: [String].self)), hasIntents: try row.get("has_intents"),
      age: .seconds(max(0, try row.get("age", as: Double.self))), now: try row.get("now"))
  }

  private func remember(_ change: @escaping @Sendable (inout ServerRecord?) -> Void) async throws {
    try await database.transaction(doing: "remembering the server") { transaction in
      let text = try await transaction.query(
        "select server::text as server from jira_sync.site for update",
        doing: "reading what is remembered of the server"
      ).one.get("server", as: String?.self)
      var record = try text.map { try JSONDecoder().decode(ServerRecord.self, from: Data($0.utf8)) }
      change(&record)
      guard let record else { return }
      let new = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
      _ = try await transaction.query(
        "update jira_sync.site set server = \(new)::jsonb", doing: "remembering the server")
    }
  }

  /// Searches for issues of this account since the last intent, and links those that are surely a row's.
  ///
  /// - Returns: the rows that were linked.
  private func adoptForgotten(
    since age: Duration, isLast: Bool, isOther: Bool
  ) async throws -> [RowKey] {
    let minutes = Int((age + CreationLookup.margin * 2).components.seconds / 60) + 1
    let candidates = try await CreationLookup(site: site, database: database)
      .candidates(CreationLookup.Window(from: minutes))
    let issues = try await unknown(candidates.compactMap(ForgottenIssue.init))
    guard !issues.isEmpty else { return [] }
    let jobs = Set(issues.map(\.marker.rowKey)).filter { $0.table == RowKey.standardTable }.map {
      Job(id: 0, kind: "sync", tableName: $0.table, rowID: $0.id, token: 0)
    }
    let rows = Dictionary(
      try await RowStore.items(for: jobs, database: database).map { ($0.rowKey, $0) }
    ) { $1 }
    var adopted: [(issue: ForgottenIssue, label: String)] = []
    var told: [String] = []
    for issue in issues {
      let others = issues.count { $0.marker.rowKey == issue.marker.rowKey } - 1
      switch issue.decide(rows[issue.marker.rowKey], others: others) {
      case .adopt:
        if try await link(issue) {
          adopted.append((issue, issue.marker.label ?? ""))
        } else {
          told.append("\(issue.key): its row was linked meanwhile")
        }
      case .tell(let reason): told.append("\(issue.key): \(reason)")
      }
    }
    // The search after the wait finds the others again.
    try await tell(
      adopted.map { "\($0.issue.key) (\($0.label))" }, isLast ? told : [], isOther: isOther)
    return adopted.map(\.issue.marker.rowKey)
  }

  /// Those whose marker no link knows.
  private func unknown(_ issues: [ForgottenIssue]) async throws -> [ForgottenIssue] {
    let markers = issues.compactMap(\.marker.marker)
    let known = Set(
      try await database.query(
        "select marker from jira_sync.links where marker = any(\(markers)::uuid[])",
        doing: "reading which of \(markers.count) markers are known"
      ).rows.map { try $0.get("marker", as: UUID.self) })
    return issues.filter { issue in issue.marker.marker.map { !known.contains($0) } ?? false }
  }

  /// Links a row with its issue; answers whether it still had none.
  private func link(_ issue: ForgottenIssue) async throws -> Bool {
    let (key, label) = (issue.marker.rowKey, issue.marker.label ?? "")
    let doing = "linking \(label) with \(issue.key)"
    return try await database.transaction(doing: doing) { transaction in
      let result = try await transaction.query(
        """
        insert into jira_sync.links (table_name, row_id, label, state, issue_id, issue_key, marker)
        select \(key.table), \(key.id), \(label), 'linked', \(issue.id), \(issue.key), \(issue.marker.marker)
        where not exists (
          select from jira_sync.links as l where l.issue_id = \(issue.id) or l.marker = \(issue.marker.marker))
        on conflict (table_name, row_id) where state <> 'row_gone' do update
        set state = 'linked', issue_id = excluded.issue_id, issue_key = excluded.issue_key, marker = excluded.marker,
          last_error = null
        where links.state = 'creating' and links.marker is null and links.issue_id is null
        """, doing: doing)
      guard result.affected == 1 else { return false }
      _ = try await transaction.query(
        "select jira_sync.enqueue('sync', \(key.id), \(key.table))",
        doing: "enqueuing the first meeting")
      return true
    }
  }

  private func tell(_ adopted: [String], _ told: [String], isOther: Bool) async throws {
    guard !adopted.isEmpty || !told.isEmpty else { return }
    var parts: [String] = []
    if !adopted.isEmpty {
      parts.append(
        "\(adopted.count) issues were linked with their rows again: \(adopted.prefix(20).joined(separator: ", "))"
      )
    }
    if !told.isEmpty {
      parts.append(
        "\(told.count) issues of this account are no row's: \(told.prefix(20).joined(separator: "; "))"
      )
    }
    let message =
      (isOther ? "The database is another one than before and may have lost commits. " : "")
      + "JIRA has issues that no link knows. " + parts.joined(separator: ". ")
    logger.warning("\(message)")
    _ = try await database.query(
      """
      select jira_sync.emit(
        'installation', 'warning', 'forgotten_issues', 'issues that the database had forgotten', \(message),
        'Look at each issue that is listed and not linked: link it with jira-sync link ROW ISSUE, or close it.')
      """, doing: "telling which issues were found")
  }
}
