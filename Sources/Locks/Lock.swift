import Glibc

/// A value that one thread at a time may use.
///
/// A pthread mutex, since ThreadSanitizer on Linux does not see the futex of `Synchronization.Mutex` and would report races that are none.
///
/// Unchecked, since the value is reached only while the mutex is held.
public final class Lock<Value>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Guards a value.
  ///
  /// - Parameter value: what is guarded.
  public init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs a closure with exclusive access to the value.
  ///
  /// - Parameter body: reads or changes the value; it must not wait for anything.
  /// - Returns: what the body returns.
  /// - Throws: what the body throws.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
