import Locks

/// A result that several may deliver and one waits for: the first counts.
final class Once<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case waiting(CheckedContinuation<Value, Never>)
    case delivered(Value)
    case taken
  }

  private let state = Lock(State.empty)

  /// Delivers a result; all but the first are dropped.
  func deliver(_ value: Value) {
    let waiter = state.withLock { state -> CheckedContinuation<Value, Never>? in
      switch state {
      case .empty: state = .delivered(value)
      case .waiting(let continuation):
        state = .taken
        return continuation
      case .delivered, .taken: break
      }
      return nil
    }
    waiter?.resume(returning: value)
  }

  /// The first result; for one caller, once.
  func value() async -> Value {
    await withCheckedContinuation { continuation in
      let early = state.withLock { state -> Value? in
        if case .delivered(let value) = state {
          state = .taken
          return value
        }
        state = .waiting(continuation)
        return nil
      }
      if let early { continuation.resume(returning: early) }
    }
  }
}
