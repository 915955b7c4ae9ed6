import Testing

@testable import JobQueue

@Suite("What a claim says of the jobs that it did not bring")
struct ClaimScopeTests {
  private func claim(_ count: Int, of limit: Int = 100, merged: Int = 0, crashes: Int = 0)
    -> JobStore.Claim
  {
    var claim = JobStore.Claim(limit: limit)
    claim.jobs = (0..<count).map {
      Job(id: Int64($0), kind: "noop", crashes: $0 == 0 ? crashes : 0, token: 1)
    }
    claim.merged = merged
    return claim
  }

  @Test
  func `few jobs, or none, were all that was due`() {
    #expect(claim(0).isShort)
    #expect(claim(25).isShort)
    #expect(!claim(26).isShort)
  }

  /// Broken variant: a window that moves on with one job that three hundred were merged into leaves behind what the limit cut off.
  @Test
  func `one job into which many were merged says nothing of the others`() {
    #expect(!claim(1, merged: 300).isShort)
    #expect(!claim(1, merged: 300).isFull)
  }

  /// Broken variant: a window that moves on with a job that had to be alone leaves behind all that was due beside it.
  @Test
  func `one that has to run alone left the others`() {
    #expect(claim(1, crashes: 1).isAlone)
    #expect(!claim(1, crashes: 1).isShort)
  }

  @Test
  func `as many as were asked for: there may be more`() {
    #expect(claim(100).isFull)
    #expect(!claim(99).isFull)
  }
}
