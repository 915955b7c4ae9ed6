import Locks

/// Lets something happen once, at the first of several occasions, and keeps what went wrong.
public final class Once: Sendable {
  private let occasions: Lock<Int>
  private let failure = Lock<String?>(nil)

  /// Counts occasions.
  ///
  /// - Parameter occasion: which occasion counts, from 1.
  public init(at occasion: Int = 1) { occasions = Lock(occasion) }

  /// Whether this is the occasion.
  public func isFirst() -> Bool {
    occasions.withLock { left in
      left -= 1
      return left == 0
    }
  }

  /// Whether the occasion is past.
  public var hasHappened: Bool { occasions.withLock { $0 <= 0 } }

  /// What went wrong in `attempt`.
  public var error: String? { failure.withLock { $0 } }

  /// Does something where nothing can be thrown.
  public func attempt(_ body: () async throws -> Void) async {
    do { try await body() } catch { failure.withLock { $0 = "\(error)" } }
  }
}
