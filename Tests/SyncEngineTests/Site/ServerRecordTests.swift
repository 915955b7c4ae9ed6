import Testing

@testable import SyncEngine

@Suite("Whether the database may have lost commits")
struct ServerRecordTests {
  private let known = ServerIdentity(
    system: "7", timeline: "00000001", database: "5", startedAt: "100")

  private func changed(_ change: (inout ServerIdentity) -> Void) -> ServerIdentity {
    var identity = known
    change(&identity)
    return identity
  }

  private func step(
    _ current: ServerIdentity, checked: [String] = ["me"], alive: Set<String> = ["me"],
    next: ServerRecord.Next? = nil,
    now: Double = 1_000
  ) -> ServerRecord.Step {
    ServerRecord.step(
      ServerRecord(identity: known, checked: checked, next: next), current: current, alive: alive,
      hasIntents: true,
      now: now, lag: .seconds(150))
  }

  @Test
  func `another timeline, cluster or database is searched, and again after the lag of the index`() {
    let others = [
      changed { $0.timeline = "00000002" }, changed { $0.system = "8" },
      changed { $0.database = "6" },
    ]
    for other in others {
      #expect(step(other) == .searchAndWait(.seconds(150)))
      let next = ServerRecord.Next(identity: other, since: 900)
      #expect(step(other, next: next) == .searchAndWait(.seconds(50)))
      #expect(step(other, next: next, now: 1_051) == .search)
      // Promoted once more meanwhile: the wait begins anew.
      let later = ServerRecord.Next(identity: changed { $0.timeline = "00000009" }, since: 10)
      #expect(step(other, next: later) == .searchAndWait(.seconds(150)))
    }
  }

  @Test func `a server that was started again, or a fleet without a worker, is searched at once`() {
    #expect(step(changed { $0.startedAt = "200" }) == .search)
    #expect(step(known, checked: ["dead"]) == .search)
    #expect(step(known, checked: []) == .search)
  }

  @Test func `nothing is searched while a worker that has checked the server is alive`() {
    #expect(step(known) == .pass)
    #expect(step(known, checked: ["other"], alive: ["me", "other"]) == .pass)
  }

  @Test func `what a role may not read is no difference`() {
    let blind = changed {
      $0.system = nil
      $0.timeline = nil
    }
    #expect(!blind.isOtherHistory(than: known))
    #expect(
      changed {
        $0.timeline = nil
        $0.database = "6"
      }.isOtherHistory(than: known))
  }

  @Test func `before the first issue only another server is searched`() {
    func step(_ current: ServerIdentity) -> ServerRecord.Step {
      ServerRecord.step(
        ServerRecord(identity: known), current: current, alive: ["me"], hasIntents: false, now: 0,
        lag: .seconds(150))
    }
    #expect(step(known) == .pass)
    #expect(step(changed { $0.startedAt = "2" }) == .search)
    #expect(step(changed { $0.timeline = "00000002" }) == .searchAndWait(.seconds(150)))
  }

  @Test func `a database that remembers nothing is searched where it ever made an issue`() {
    for hasIntents in [true, false] {
      let step = ServerRecord.step(
        nil, current: known, alive: [], hasIntents: hasIntents, now: 0, lag: .seconds(150))
      #expect(step == (hasIntents ? .search : .pass))
    }
  }
}
