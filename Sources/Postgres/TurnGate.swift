/// First come, first served: who may use the connection now, and who waits.
///
/// An actor lets the next caller in at every `await`, and libpq can do one thing at a time. The gate does no waiting itself; it says whom to wake.
struct TurnGate<Waiter> {
  private var isTaken = false
  private var waiting: [(ticket: UInt64, waiter: Waiter)] = []

  /// How many wait.
  var waitingCount: Int { waiting.count }

  /// Takes the turn if it is free and no task waits for it.
  mutating func takeIfFree() -> Bool {
    if isTaken { return false }
    isTaken = true
    return true
  }

  /// Joins the end of the line.
  mutating func wait(_ waiter: Waiter, ticket: UInt64) { waiting.append((ticket, waiter)) }

  /// Ends a turn; the waiter that is returned has it now.
  mutating func release() -> Waiter? {
    precondition(isTaken, "a turn that was not taken was ended")
    if waiting.isEmpty {
      isTaken = false
      return nil
    }
    return waiting.removeFirst().waiter
  }

  /// Leaves the line; nil where the ticket has its turn already, or had it.
  mutating func abandon(ticket: UInt64) -> Waiter? {
    guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
    return waiting.remove(at: index).waiter
  }

  /// Empties the line.
  mutating func dismissAll() -> [Waiter] {
    defer { waiting.removeAll() }
    return waiting.map(\.waiter)
  }
}
