import Locks

/// Which keys are being worked on, by whoever claims them: two at once is what must never be.
final class KeyTracker: Sendable {
  private let state = Lock<(working: Set<String>, overlaps: Int)>(([], 0))

  /// The claim's answer has come, so its lease is committed.
  func began(_ key: String) {
    state.withLock { state in
      if !state.working.insert(key).inserted { state.overlaps += 1 }
    }
  }

  /// The settlement is about to be sent, so the lease still lives.
  func ends(_ key: String) {
    _ = state.withLock { $0.working.remove(key) }
  }

  var overlaps: Int { state.withLock { $0.overlaps } }
}
