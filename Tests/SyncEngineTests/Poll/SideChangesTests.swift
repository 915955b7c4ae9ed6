import SyncConfiguration
import Testing

@testable import SyncEngine

@Suite("What counts as changing sides")
struct SideChangesTests {
  private let limits = {
    var limits = OscillationLimits()
    limits.changes = 3
    limits.within = .seconds(60)
    return limits
  }()

  private func write(_ side: Change.Side, isContested: Bool = false) -> SideChanges.Write {
    SideChanges.Write(field: "notes", side: side, isContested: isContested)
  }

  @Test
  func `edits of one side alone are none, however many`() {
    var sideChanges = SideChanges()
    for second in 0..<100 {
      #expect(sideChanges.record([write(.jira)], now: Double(second), limits: limits).isEmpty)
    }
  }

  @Test
  func `to and fro more often than allowed trips, and it begins anew`() {
    var sideChanges = SideChanges()
    var tripped: [Int] = []
    for second in 0..<6 {
      let side: Change.Side = second.isMultiple(of: 2) ? .row : .jira
      if !sideChanges.record([write(side)], now: Double(second), limits: limits).isEmpty {
        tripped.append(second)
      }
    }
    #expect(tripped == [4], "the first write is no change, the fourth change is one too many")
  }

  @Test
  func `what overwrites a change of the written side counts, though the side is the same`() {
    var sideChanges = SideChanges()
    for second in 0..<3 {
      #expect(
        sideChanges.record([write(.jira, isContested: true)], now: Double(second), limits: limits)
          .isEmpty
      )
    }
    #expect(
      sideChanges.record([write(.jira, isContested: true)], now: 3, limits: limits) == ["notes": 4])
  }

  @Test
  func `what is older than the window is forgotten`() {
    var sideChanges = SideChanges()
    for turn in 0..<50 {
      let side: Change.Side = turn.isMultiple(of: 2) ? .row : .jira
      #expect(sideChanges.record([write(side)], now: Double(turn) * 25, limits: limits).isEmpty)
    }
    #expect(sideChanges.record([], now: 10_000, limits: limits).isEmpty)
    #expect(sideChanges.json == nil)
  }

  @Test
  func `it comes back from the database as it was`() {
    var sideChanges = SideChanges()
    _ = sideChanges.record([write(.row), write(.jira)], now: 1_750_000_000.125, limits: limits)
    #expect(SideChanges(sideChanges.json) == sideChanges)
  }
}
