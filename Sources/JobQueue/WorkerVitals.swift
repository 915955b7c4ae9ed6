import Locks

/// The state of a worker, readable at any time without waiting for the worker.
///
/// Written by the worker as it goes; whoever asks gets a copy, also while the worker's own actor is stuck.
public final class WorkerVitals: Sendable {
  /// Where a worker is in its life.
  public enum Phase: String, Sendable, Hashable {
    /// It has not registered with the database yet.
    case starting
    /// It claims.
    case working
    /// It claims no more, and lets what runs come to its end.
    case stopping
    /// It has taken leave.
    case ended
  }

  /// A failure that has not been followed by a success.
  public struct Trouble: Sendable, Hashable {
    /// Since when nothing succeeded.
    public var since: ContinuousClock.Instant
    /// The newest error.
    public var text: String
  }

  /// One of the two connections of a worker.
  public struct Connection: Sendable, Hashable {
    /// When the database last answered on it.
    public var answeredAt: ContinuousClock.Instant?
    /// What is wrong with it.
    public var trouble: Trouble?

    /// Nothing was tried yet.
    public init() {}
  }

  /// The state at one time.
  public struct Reading: Sendable, Hashable {
    /// Where the worker is in its life.
    public var phase = Phase.starting
    /// When the object was made: the worker's start.
    public var startedAt: ContinuousClock.Instant
    /// When the claim loop last went on to something else.
    public var turnedAt: ContinuousClock.Instant?
    /// What the claim loop has been doing since then.
    public var doing = "starting"
    /// The connection that claims and settles.
    public var statements = Connection()
    /// The connection that listens and renews the leases.
    public var heartbeat = Connection()
    /// Whether the queue was paused, by the newest heartbeat.
    public var isPaused = false
    /// Leases that were gone when the worker wanted to write under them.
    public var leasesLost = 0
    /// Jobs of lost workers that this one gave back to the queue.
    public var rescued = 0

    /// A worker that has just begun.
    public init(startedAt: ContinuousClock.Instant) { self.startedAt = startedAt }
  }

  private let state: Lock<Reading>

  init(startedAt: ContinuousClock.Instant = .now) { state = Lock(Reading(startedAt: startedAt)) }

  /// What is known now.
  public var reading: Reading { state.withLock { $0 } }

  /// Its life goes on; a phase that is over never comes back.
  func entered(_ phase: Phase) {
    state.withLock { reading in
      switch (reading.phase, phase) {
      case (.starting, _), (.working, .stopping), (.working, .ended), (.stopping, .ended):
        reading.phase = phase
      default: break
      }
    }
  }

  /// The claim loop goes on to something else.
  func turned(to doing: String) {
    let now = ContinuousClock.now
    state.withLock { reading in
      reading.turnedAt = now
      reading.doing = doing
    }
  }

  /// The database has answered.
  func answered(on connection: WritableKeyPath<Reading, Connection>) {
    let now = ContinuousClock.now
    state.withLock { reading in
      reading[keyPath: connection].answeredAt = now
      reading[keyPath: connection].trouble = nil
    }
  }

  /// The database did not answer, or refused.
  func failed(on connection: WritableKeyPath<Reading, Connection>, _ error: any Error) {
    let now = ContinuousClock.now
    let text = "\(error)"
    state.withLock { reading in
      let since = reading[keyPath: connection].trouble?.since ?? now
      reading[keyPath: connection].trouble = Trouble(since: since, text: text)
    }
  }

  func heard(isPaused: Bool) { state.withLock { $0.isPaused = isPaused } }
  func lost(leases count: Int) { state.withLock { $0.leasesLost += count } }
  func rescued(_ count: Int) { state.withLock { $0.rescued += count } }
}
