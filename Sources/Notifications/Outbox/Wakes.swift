import Locks

/// The earliest of some times, noted from where nothing can be returned.
final class Wakes: Sendable {
  private let state = Lock<Double?>(nil)

  /// The earliest time noted.
  var earliest: Double? { state.withLock { $0 } }

  /// Notes a time; nil is none.
  func note(_ time: Double?) {
    guard let time else { return }
    state.withLock { $0 = min($0 ?? time, time) }
  }
}
