import CSys
import Glibc
import Locks

/// The thread on which all connections of the process live: it runs the actors' jobs and, when there are none, waits for their sockets.
///
/// Only the thread itself touches sockets and timers. They are therefore not locked, and every method that reaches them checks where it is called.
final class PollExecutor: SerialExecutor {
  /// The executor of all connections; it lives as long as the process.
  static let shared = PollExecutor()

  /// Something to do on the thread.
  private enum Work {
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
  }

  private struct Inbox {
    var work: [Work] = []
    var isAsleep = false
  }

  private struct Registration {
    let id: UInt64
    let descriptor: Int32
    var events: Int16
    let handler: any PollHandler
  }

  private struct Timer {
    let id: UInt64
    let due: ContinuousClock.Instant
    let action: () -> Void
  }

  private let inbox = Lock(Inbox())
  private let wakeUp: Int32
  private let thread = Lock<pthread_t?>(nil)
  // Unsafe: used by the executor's own thread only, see onThread().
  nonisolated(unsafe) private var registrations: [Registration] = []
  nonisolated(unsafe) private var timers: [Timer] = []
  nonisolated(unsafe) private var lastID: UInt64 = 0

  private init() {
    wakeUp = csys_eventfd()
    precondition(wakeUp >= 0, "eventfd failed with errno \(errno): no descriptors are left")
    let started = BlockingThread.start(name: "postgres-poll") { [self] in
      thread.withLock { $0 = pthread_self() }
      run()
    }
    precondition(started, "no thread could be started for the database connections")
  }

  // MARK: Jobs

  func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

  /// Runs a closure on the thread, in turn with the jobs.
  func perform(_ closure: @escaping @Sendable () -> Void) { add(.closure(closure)) }

  func checkIsolated() { precondition(onThread, "not on the thread of the connections") }

  func isIsolatingCurrentContext() -> Bool? { onThread }

  private var onThread: Bool {
    guard let own = thread.withLock({ $0 }) else { return false }
    return pthread_equal(own, pthread_self()) != 0
  }

  private func add(_ work: Work) {
    let wasAsleep = inbox.withLock { inbox in
      inbox.work.append(work)
      defer { inbox.isAsleep = false }
      return inbox.isAsleep
    }
    guard wasAsleep else { return }
    var one: UInt64 = 1
    // Fails only when the counter is full, and then the thread wakes anyway.
    _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
  }

  // MARK: Sockets and timers

  /// Watches a socket until it is unregistered.
  ///
  /// - Parameters:
  ///   - descriptor: the socket.
  ///   - events: `POLLIN`, `POLLOUT` or both.
  ///   - handler: told on this thread whenever the socket is ready; retained.
  /// - Returns: what to call `watch` and `unregister` with.
  func register(_ descriptor: Int32, events: Int32, handler: any PollHandler) -> UInt64 {
    checkIsolated()
    lastID += 1
    registrations.append(
      Registration(
        id: lastID, descriptor: descriptor, events: Int16(events), handler: handler))
    return lastID
  }

  /// Changes what is waited for.
  func watch(_ id: UInt64, events: Int32) {
    checkIsolated()
    guard let index = registrations.firstIndex(where: { $0.id == id }) else { return }
    registrations[index].events = Int16(events)
  }

  func unregister(_ id: UInt64) {
    checkIsolated()
    registrations.removeAll { $0.id == id }
  }

  /// Runs an action on this thread at a time.
  func schedule(at due: ContinuousClock.Instant, _ action: @escaping () -> Void) -> UInt64 {
    checkIsolated()
    lastID += 1
    timers.append(Timer(id: lastID, due: due, action: action))
    return lastID
  }

  func cancel(timer id: UInt64) {
    checkIsolated()
    timers.removeAll { $0.id == id }
  }

  // MARK: The loop

  private func run() {
    while true {
      let work = inbox.withLock { inbox in
        inbox.isAsleep = inbox.work.isEmpty
        defer { inbox.work.removeAll(keepingCapacity: inbox.work.capacity < 1_024) }
        return inbox.work
      }
      for item in work {
        switch item {
        case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .closure(let closure): closure()
        }
      }
      // Jobs may go on enqueueing each other; sockets and timers get their turn all the same.
      poll(waiting: work.isEmpty)
    }
  }

  private func poll(waiting: Bool) {
    var descriptors = [pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)]
    descriptors += registrations.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
    let ids = registrations.map(\.id)
    let count = Glibc.poll(&descriptors, nfds_t(descriptors.count), waiting ? timeout() : 0)
    inbox.withLock { $0.isAsleep = false }
    if count < 0 {
      precondition(errno == EINTR, "poll failed with errno \(errno)")
      return
    }
    if descriptors[0].revents != 0 {
      var ignored: UInt64 = 0
      _ = read(wakeUp, &ignored, MemoryLayout<UInt64>.size)
    }
    for (id, descriptor) in zip(ids, descriptors.dropFirst()) where descriptor.revents != 0 {
      // A handler before this one may have unregistered it.
      guard let registration = registrations.first(where: { $0.id == id }) else { continue }
      registration.handler.socketReady()
    }
    runTimers()
  }

  private func runTimers() {
    if timers.isEmpty { return }
    let now = ContinuousClock.now
    for timer in timers where timer.due <= now {
      guard timers.contains(where: { $0.id == timer.id }) else { continue }
      cancel(timer: timer.id)
      timer.action()
    }
  }

  /// Milliseconds until the next timer, rounded up; -1 where there is none.
  private func timeout() -> Int32 {
    guard let next = timers.map(\.due).min() else { return -1 }
    let (seconds, attoseconds) = (next - .now).components
    if seconds < 0 { return 0 }
    if seconds > 3_600 { return 3_600_000 }
    return Int32(max(0, seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1))
  }
}

/// A task that waits for a socket.
protocol PollHandler: AnyObject {
  /// The socket can be read or written, or has failed.
  func socketReady()
}
