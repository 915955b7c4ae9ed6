import CSys
import Glibc

/// Threads of our own for calls that block: Swift's pool has one thread a core and must not wait for a network.
enum BlockingThread {
  /// Starts a detached thread that no signal is delivered to.
  ///
  /// - Parameters:
  ///   - name: at most 15 bytes, shown by `top -H`.
  ///   - body: what it does; the thread ends with it.
  /// - Returns: false where the system has no thread to give.
  static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(Body(name: name, run: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        csys_set_thread_name(body.name)
        body.run()
        return nil
      }, box.toOpaque())
    if status != 0 { box.release() }
    return status == 0
  }

  /// Runs a blocking call on a thread of its own.
  ///
  /// - Parameters:
  ///   - name: the thread's name.
  ///   - body: the call.
  /// - Returns: its result; nil where the system has no thread to give.
  static func run<Result: Sendable>(
    name: String, _ body: @escaping @Sendable () -> Result
  ) async -> Result? {
    await withCheckedContinuation { continuation in
      if !start(name: name, { continuation.resume(returning: body()) }) {
        continuation.resume(returning: nil)
      }
    }
  }

  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }
}
