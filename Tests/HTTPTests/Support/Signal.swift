import Glibc
import Locks

@testable import HTTP

/// Something that happens once, and that tasks and threads wait for.
final class Signal: Sendable {
  private struct State: Sendable {
    var hasFired = false
    var tasks: [CheckedContinuation<Void, Never>] = []
    var threads: [Semaphore] = []
  }

  /// Unchecked because of the pointer: a semaphore is made for many threads.
  private final class Semaphore: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<sem_t>
    init() {
      raw = .allocate(capacity: 1)
      sem_init(raw, 0, 0)
    }
    deinit {
      sem_destroy(raw)
      raw.deallocate()
    }
    func wait() { while sem_wait(raw) != 0 {} }
    func post() { sem_post(raw) }
  }

  private let state = Lock(State())

  func fire() {
    let (tasks, threads) = state.withLock { state in
      state.hasFired = true
      defer { (state.tasks, state.threads) = ([], []) }
      return (state.tasks, state.threads)
    }
    for task in tasks { task.resume() }
    for thread in threads { thread.post() }
  }

  /// Waits in a task.
  func wait() async {
    await withCheckedContinuation { continuation in
      let hasFired = state.withLock { state in
        if !state.hasFired { state.tasks.append(continuation) }
        return state.hasFired
      }
      if hasFired { continuation.resume() }
    }
  }

  /// Waits in a thread of a scripted server.
  func block() {
    let semaphore = Semaphore()
    let hasFired = state.withLock { state in
      if !state.hasFired { state.threads.append(semaphore) }
      return state.hasFired
    }
    if !hasFired { semaphore.wait() }
  }
}
