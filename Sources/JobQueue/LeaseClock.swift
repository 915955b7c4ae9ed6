/// When the leases of this process were last renewed, and whether they ever expired.
///
/// One heartbeat renews all leases of a worker. A process that was stopped for longer than a lease cannot know whether its
/// jobs were given to others. So runs that began before such a gap are invalid, even if a later heartbeat succeeded.
struct LeaseClock: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How long a lease lasts after a renewal.
  let lease: Duration
  /// When the newest heartbeat that succeeded was sent.
  private(set) var renewedAt: Instant
  /// Counts the gaps; a run of an older generation is invalid.
  private(set) var generation = 0

  init(lease: Duration, now: Instant) {
    self.lease = lease
    renewedAt = now
  }

  /// A heartbeat was sent at `sentAt` and has succeeded.
  mutating func renewed(sentAt: Instant) {
    guard sentAt > renewedAt else { return }
    if sentAt - renewedAt > lease { generation += 1 }
    renewedAt = sentAt
  }

  /// Whether a run that began in `generation` may still act.
  func isValid(generation: Int, now: Instant) -> Bool {
    // A quarter of the lease is left for the call that follows.
    generation == self.generation && now - renewedAt < lease * 3 / 4
  }
}
