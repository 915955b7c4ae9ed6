import Testing

@testable import Postgres

@Suite struct TurnGateTests {
  @Test func `the first goes at once and the rest in their order`() {
    var gate = TurnGate<String>()
    let taken = [gate.takeIfFree(), gate.takeIfFree()]
    #expect(taken == [true, false])
    gate.wait("b", ticket: 2)
    gate.wait("c", ticket: 3)
    let second = gate.release()
    #expect(second == "b")
    // "b" has the turn now: a newcomer must not overtake "c".
    let overtakes = gate.takeIfFree()
    #expect(!overtakes)
    let rest = [gate.release(), gate.release()]
    #expect(rest == ["c", nil])
    let isFree = gate.takeIfFree()
    #expect(isFree)
  }

  /// Caught: a turn given to somebody who has left, which nobody would ever end.
  @Test func `who leaves the line gets no turn`() {
    var gate = TurnGate<String>()
    _ = gate.takeIfFree()
    gate.wait("b", ticket: 2)
    gate.wait("c", ticket: 3)
    let left = [gate.abandon(ticket: 2), gate.abandon(ticket: 2)]
    #expect(left == ["b", nil])
    let next = gate.release()
    #expect(next == "c")
    let tooLate = gate.abandon(ticket: 3)
    #expect(tooLate == nil)
  }

  @Test func `all can be sent away`() {
    var gate = TurnGate<String>()
    _ = gate.takeIfFree()
    gate.wait("b", ticket: 2)
    gate.wait("c", ticket: 3)
    let dismissed = gate.dismissAll()
    #expect(dismissed == ["b", "c"])
    let next = gate.release()
    #expect(next == nil)
  }
}
