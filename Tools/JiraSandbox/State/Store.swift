import Synchronization

/// Keeps the state: one writer at a time, every change in the journal before it is answered.
final class Store: Sendable {
  private struct Content {
    var state: SandboxState
    var index: SearchIndex
    let journal: Journal?
    /// Milliseconds until search sees a write.
    var lag: Int64
  }

  private let content: Mutex<Content>
  private let now: @Sendable () -> Int64

  /// Opens the state.
  ///
  /// - Parameters:
  ///   - path: the state file; nil keeps the state in memory only.
  ///   - lag: milliseconds until search sees a write.
  ///   - now: the time, milliseconds since 1970.
  /// - Throws: `SandboxError` where the file cannot be opened or read.
  init(path: String?, lag: Int64, now: @escaping @Sendable () -> Int64) throws(SandboxError) {
    self.now = now
    if let path {
      let (journal, state) = try Journal.open(path: path)
      content = Mutex(
        Content(state: state, index: SearchIndex(state.issues), journal: journal, lag: lag))
    } else {
      content = Mutex(Content(state: SandboxState(), index: SearchIndex(), journal: nil, lag: lag))
    }
  }

  /// Reads the state as it is.
  func read<Result: Sendable, Failure: Error>(
    _ body: (SandboxState) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try content.withLock { content throws(Failure) in try body(content.state) }
  }

  /// The state, and what search sees of it now.
  func snapshot() -> (state: SandboxState, index: [Int: Issue]) {
    content.withLock { content in
      guard content.lag > 0 || content.index.isHolding else {
        return (content.state, content.state.issues)
      }
      content.index.advance(to: now())
      return (content.state, content.index.issues)
    }
  }

  /// Sets how long search does not see a write, neither what it changed nor which issues are found for it.
  ///
  /// - Parameter milliseconds: how long; writes from before come when they would have come.
  func setLag(_ milliseconds: Int64) {
    content.withLock { content in
      // Without a lag nobody has kept the index up to date; with one, it is followed until everything was seen.
      if content.lag <= 0, !content.index.isHolding {
        content.index = SearchIndex(content.state.issues)
      }
      content.lag = milliseconds
    }
  }

  /// Keeps an issue's writes from search, or shows them again.
  ///
  /// - Throws: `Refusal` with status 404 where there is no such issue.
  func hold(_ key: String, _ isHeld: Bool) throws(Refusal) {
    try content.withLock { content throws(Refusal) in
      guard let id = content.state.issue(key)?.id else { throw .noSuchIssue }
      if !isHeld { return content.index.release(id) }
      // Without a lag nobody has kept it up to date.
      if content.lag <= 0, !content.index.isHolding {
        content.index = SearchIndex(content.state.issues)
      }
      content.index.hold(id)
    }
  }

  /// Changes the state: all of it, or nothing where `body` or the journal fails.
  ///
  /// - Throws: what `body` throws, and a `Refusal` with status 500 where the state file cannot be written.
  func change<Result: Sendable>(
    _ body: (inout SandboxState) throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    try content.withLock { content throws(Refusal) in
      do throws(Refusal) {
        let result = try body(&content.state)
        let changes = content.state.unsettled
        try Store.record(changes, of: content.state, in: content.journal)
        content.state.settle()
        if content.lag > 0 || content.index.isHolding {
          let visibleAt = now() + content.lag
          for change in changes { content.index.note(change, visibleAt: visibleAt) }
        }
        return result
      } catch {
        content.state.undo()
        throw error
      }
    }
  }

  private static func record(
    _ changes: [JournalEntry.Change], of state: SandboxState, in journal: Journal?
  ) throws(Refusal) {
    do throws(SandboxError) {
      try journal?.append(changes, counters: state.counters)
      try journal?.compactIfWorthwhile(state)
    } catch {
      throw Refusal(status: 500, messages: ["Internal server error: \(error)"])
    }
  }

  /// Brings the state file to the disk.
  ///
  /// - Throws: `SandboxError.stateFile`.
  func synchronise() throws(SandboxError) {
    try content.withLock { content throws(SandboxError) in
      try content.journal?.synchronise()
    }
  }
}
