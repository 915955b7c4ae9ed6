import Testing

@testable import JobQueue

struct SettlementTests {
  /// The outcomes are those that `job_history` knows; a job that waits through no fault of its own pays nothing.
  @Test(
    arguments: [
      (Settlement.done, "done", nil, 0, true),
      (.refused("no such column"), "refused", "no such column", 0, true),
      (.retry("timeout", after: .seconds(3)), "retry", "timeout", 3, true),
      (
        .postponed("too many requests", after: .seconds(60)), "returned", "too many requests", 60,
        false
      ),
      (.returned, "returned", nil, 0, false),
      (.cancelled, "cancelled", "cancelled by hand", 0, false),
      (.dead("given up"), "dead", "given up", 0, true),
    ] as [(Settlement, String, String?, Double, Bool)])
  func `each end is written as`(
    settlement: Settlement, outcome: String, error: String?, delay: Double, isCharged: Bool
  ) {
    #expect(settlement.outcome == outcome)
    #expect(settlement.error == error)
    #expect(settlement.delay == delay)
    #expect(settlement.isCharged == isCharged)
  }
}
