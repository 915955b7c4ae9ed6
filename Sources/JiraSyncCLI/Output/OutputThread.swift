import Glibc
import Notifications

/// Writes to standard output and standard error on a thread of its own, so that no thread that works waits for a reader.
///
/// Unchecked, since the state is reached only while the mutex is held.
final class OutputThread: @unchecked Sendable {
  /// The one of this process.
  static let shared = OutputThread()

  /// How long the process waits at its end for a reader of standard error.
  private static let patience = 1.0

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var queue = OutputQueue()
  private var isStarted = false
  private var isWriting = false
  /// Counts what was written, so that a reader that is slow is not taken for one that has stopped.
  private var progress = 0
  private var waitsForResults = true
  private var describeLoss: @Sendable (String) -> String = { "jira-sync: \($0)" }

  private init() {
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    changed.initialize(to: pthread_cond_t())
    pthread_cond_init(changed, nil)
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Hands a text over; never waits.
  func add(_ text: String, to stream: StandardStream) {
    locked {
      queue.add(text, to: stream)
      if !isStarted {
        isStarted = true
        BlockingRead.start { self.run() }
      }
      pthread_cond_broadcast(changed)
    }
  }

  /// How the number of lost lines is written: as the log's other lines are.
  func describeLoss(_ describe: @escaping @Sendable (String) -> String) {
    locked { describeLoss = describe }
  }

  /// At the end the process does not wait for the reader of its results: what it did is done, or it was told to stop.
  func stopWaitingForResults() { locked { waitsForResults = false } }

  /// Whether results are not to be waited for.
  private var isHasty: Bool { locked { !waitsForResults } }

  /// Whether something waits to be written.
  var isBehind: Bool { locked { isWriting || !queue.isEmpty } }

  /// Waits until all is written: at the end of the process, on a thread that has nothing else to do.
  ///
  /// Results are waited for as long as their reader takes, and then SIGTERM and Ctrl-C end the process.
  func finish() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT] {
      sigaddset(&signals, number)
      signal(number, SIG_DFL)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    locked {
      var seen = progress
      while isWriting || !queue.isEmpty {
        if waitsForResults {
          pthread_cond_wait(changed, mutex)
          continue
        }
        var limit = timespec()
        clock_gettime(CLOCK_REALTIME, &limit)
        limit.tv_sec += Int(Self.patience)
        while seen == progress, isWriting || !queue.isEmpty {
          if pthread_cond_timedwait(changed, mutex, &limit) == ETIMEDOUT { break }
        }
        if seen == progress { return }
        seen = progress
      }
    }
  }

  // MARK: - The thread

  private func run() {
    // Signals belong to the threads that wait for them.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, nil)
    while true {
      let pieces = locked {
        isWriting = false
        pthread_cond_broadcast(changed)
        while queue.isEmpty { pthread_cond_wait(changed, mutex) }
        isWriting = true
        let describe = describeLoss
        return queue.take { describe("\($0.grouped) \($0 == 1 ? "line" : "lines") lost") }
      }
      for piece in pieces {
        if let reason = write(piece) { failed(piece, reason) }
        locked {
          progress += 1
          pthread_cond_broadcast(changed)
        }
      }
    }
  }

  /// Writes a piece, however long that takes; answers why it cannot be written.
  private func write(_ piece: OutputQueue.Piece) -> Int32? {
    var bytes = Array(piece.text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Glibc.write(piece.stream.rawValue, $0.baseAddress, min($0.count, 65_536))
      }
      if count > 0 {
        bytes = bytes.dropFirst(count)
        locked { progress += 1 }
      } else if errno == EAGAIN {
        // A pipe that another program made non-blocking: wait until it takes more.
        var descriptor = pollfd(fd: piece.stream.rawValue, events: Int16(POLLOUT), revents: 0)
        _ = poll(&descriptor, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }

  private func failed(_ piece: OutputQueue.Piece, _ reason: Int32) {
    guard piece.stream == .output else { return locked { queue.lost(piece) } }
    if reason == EPIPE {
      // Whoever reads has seen enough, as after `| head`; a worker has done its work all the same.
      if isHasty { return }
    } else {
      let text = String(cString: strerror(reason))
      _ = write(
        OutputQueue.Piece(
          stream: .error, text: "jira-sync: cannot write to standard output: \(text)\n", lines: 1))
    }
    // A command whose result cannot be written would seem to have succeeded.
    exit(ExitStatus.failed.rawValue)
  }
}
