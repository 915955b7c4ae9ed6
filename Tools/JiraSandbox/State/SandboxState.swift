/// Everything that changes while the sandbox runs.
///
/// A value: a search works on a copy and holds nobody up.
struct SandboxState: Sendable {
  private(set) var issues: [Int: Issue] = [:]
  private var idsByKey: [String: Int] = [:]
  private(set) var counters = Counters()
  /// The fields of the site, once an administrator has changed them.
  private(set) var fields: [FieldDefinition]?
  /// What changed since it was last taken: what the journal has to write.
  private var changes: [JournalEntry.Change] = []
  /// What stood where `changes` were made, for `undo`.
  private var previous: [(id: Int, issue: Issue?)] = []
  private var previousFields: [FieldDefinition]??

  var count: Int { issues.count }

  /// Finds an issue by id, key or former key; keys in any case.
  func issue(_ idOrKey: String) -> Issue? {
    if let id = Int(idOrKey) { return issues[id] }
    return idsByKey[idOrKey.uppercased()].flatMap { issues[$0] }
  }

  mutating func takeIssueID() -> Int { counters.take(\.issue) }
  mutating func takeKeyNumber() -> Int { counters.take(\.key) }
  /// An id for a comment or an entry of the changelog.
  mutating func takeChildID() -> Int { counters.take(\.child) }

  /// Stores an issue, new or changed.
  mutating func put(_ issue: Issue) {
    previous.append((issue.id, issues[issue.id]))
    place(issue)
    changes.append(.put(issue))
  }

  /// Removes an issue for good; its key is never given again.
  mutating func remove(_ id: Int) {
    previous.append((id, issues[id]))
    forget(id)
    changes.append(.remove(id))
  }

  /// Stores what fields the site has.
  mutating func keep(fields: [FieldDefinition]) {
    previousFields = .some(self.fields)
    self.fields = fields
    changes.append(.fields(fields))
  }

  /// What changed since `settle` or `undo`.
  var unsettled: [JournalEntry.Change] { changes }

  /// Makes the changes final.
  mutating func settle() {
    changes = []
    previous = []
    previousFields = nil
  }

  /// Takes the changes back; ids that were given stay used.
  mutating func undo() {
    for (id, issue) in previous.reversed() {
      forget(id)
      if let issue { place(issue) }
    }
    if case .some(let fields) = previousFields { self.fields = fields }
    settle()
  }

  /// Repeats a change that the journal holds.
  mutating func replay(_ entry: JournalEntry) {
    counters = entry.counters
    switch entry.change {
    case .put(let issue): place(issue)
    case .remove(let id): forget(id)
    case .fields(let fields): self.fields = fields
    }
  }

  private mutating func place(_ issue: Issue) {
    issues[issue.id] = issue
    idsByKey[issue.key] = issue.id
    for key in issue.formerKeys { idsByKey[key] = issue.id }
  }

  private mutating func forget(_ id: Int) {
    guard let issue = issues.removeValue(forKey: id) else { return }
    for key in [issue.key] + issue.formerKeys { idsByKey[key] = nil }
  }
}
