import Testing

@testable import JobQueue

struct JobBatchTests {
  private func jobs(
    _ ids: ClosedRange<Int64>, by role: String = "app", priority: Int = 0, row: Bool = true
  ) -> [Job] {
    ids.map {
      Job(
        id: $0, kind: "push", rowID: row ? "\($0)" : nil, priority: priority, enqueuedBy: role,
        token: $0)
    }
  }

  private func sizes(_ batches: [JobBatch]) -> [Int] { batches.map(\.jobs.count) }

  @Test func `few jobs are one run of single edits`() {
    let batches = JobBatch.batches(of: jobs(1...20), largest: 100)
    #expect(sizes(batches) == [20])
    #expect(batches.map(\.isMass) == [false])
  }

  /// Broken variant: one run, in the middle of which the person waits.
  @Test func `a persons edit runs apart from a mass`() {
    let claimed = jobs(1...60) + jobs(61...61, by: "ada") + jobs(62...99)
    let batches = JobBatch.batches(of: claimed, largest: 100)
    #expect(batches.map { $0.jobs.map(\.id) }.first == [61])
    #expect(batches.map(\.isMass) == [false, true])
    #expect(sizes(batches) == [1, 98])
  }

  @Test func `what was put behind is a mass however few`() {
    let batches = JobBatch.batches(of: jobs(1...3, priority: -5) + jobs(4...4), largest: 100)
    #expect(sizes(batches) == [1, 3])
    #expect(batches.map(\.isMass) == [false, true])
  }

  @Test func `what is urgent is no mass`() {
    let batches = JobBatch.batches(of: jobs(1...50, priority: 1), largest: 100)
    #expect(batches.map(\.isMass) == [false])
  }

  @Test func `jobs without a row are no mass`() {
    let batches = JobBatch.batches(of: jobs(1...250, row: false), largest: 100)
    #expect(sizes(batches) == [100, 100, 50])
    #expect(batches.allSatisfy { !$0.isMass })
  }

  @Test func `nothing is lost and no run is too large`() {
    let claimed =
      jobs(1...130) + jobs(131...260, by: "b", priority: -6) + jobs(261...270, by: "c")
    let batches = JobBatch.batches(of: claimed, largest: 100)
    #expect(Set(batches.flatMap { $0.jobs.map(\.id) }) == Set(1...270))
    #expect(batches.allSatisfy { $0.jobs.count <= 100 })
  }
}
