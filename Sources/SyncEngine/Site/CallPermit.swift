/// What the budget says of a call.
struct CallPermit: Sendable {
  /// When it may go out.
  let sendSlot: ContinuousClock.Instant
  /// Of which count of blocks that is true.
  let generation: Int64
  /// Why it may not go out at all.
  let obstacle: CallObstacle?
}
