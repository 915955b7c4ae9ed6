/// What search sees: the state as it was a while ago.
struct SearchIndex: Sendable {
  private struct Pending: Sendable {
    var visibleAt: Int64
    var id: Int
    /// The issue as it was written; nil where it was deleted.
    var issue: Issue?
  }

  private(set) var issues: [Int: Issue]
  private var pending: [Pending] = []
  private var done = 0
  /// Issues whose writes are hidden until a test shows them, and those writes.
  private var held: [Int: [Pending]] = [:]

  /// Whether a write of any issue is kept back.
  var isHolding: Bool { !held.isEmpty }

  /// An index that has seen everything.
  init(_ issues: [Int: Issue] = [:]) { self.issues = issues }

  /// Takes note of a write that search is to see later.
  mutating func note(_ change: JournalEntry.Change, visibleAt: Int64) {
    switch change {
    case .put(let issue): note(Pending(visibleAt: visibleAt, id: issue.id, issue: issue))
    case .remove(let id): note(Pending(visibleAt: visibleAt, id: id, issue: nil))
    case .fields: break
    }
  }

  private mutating func note(_ write: Pending) {
    if held[write.id] != nil { held[write.id]?.append(write) } else { pending.append(write) }
  }

  /// Keeps an issue's writes back from now on, so that later ones of other issues are seen before.
  mutating func hold(_ id: Int) { held[id] = held[id] ?? [] }

  /// Makes visible what was kept back.
  mutating func release(_ id: Int) {
    for write in held.removeValue(forKey: id) ?? [] { issues[write.id] = write.issue }
  }

  /// Makes visible what is due.
  ///
  /// - Parameter now: milliseconds since 1970.
  mutating func advance(to now: Int64) {
    while done < pending.count, pending[done].visibleAt <= now {
      issues[pending[done].id] = pending[done].issue
      done += 1
    }
    if done > 0, done * 2 >= pending.count {
      pending.removeFirst(done)
      done = 0
    }
  }
}
