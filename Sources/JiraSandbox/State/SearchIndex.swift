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

  /// An index that has seen everything.
  init(_ issues: [Int: Issue] = [:]) { self.issues = issues }

  /// Takes note of a write that search is to see later.
  mutating func note(_ change: JournalEntry.Change, visibleAt: Int64) {
    switch change {
    case .put(let issue):
      pending.append(Pending(visibleAt: visibleAt, id: issue.id, issue: issue))
    case .remove(let id):
      pending.append(Pending(visibleAt: visibleAt, id: id, issue: nil))
    case .fields: break
    }
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
