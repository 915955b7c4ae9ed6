import Jira
import Testing

@testable import Mapping
@testable import Planning

/// The table of the three-way merge, line by line.
struct FieldDecisionTests {
  private static let base = BaseField(raw: [:], canonical: .text("b"))

  private func decide(
    _ row: String, _ issue: String, base: BaseField? = base, _ direction: SyncDirection = .both,
    _ policy: ConflictPolicy = .rowWins, resolution: FieldConflict.Side? = nil,
    isFormatted: Bool = false, isCut: Bool = false
  ) -> FieldDecision.Outcome {
    let sides = FieldDecision.Sides(
      base: base, row: row.isEmpty ? .empty : .text(row),
      issue: issue.isEmpty ? .empty : .text(issue), isFormatted: isFormatted, isCut: isCut)
    return FieldDecision.decide(
      sides, direction: direction, policy: policy, resolution: resolution)
  }

  @Test
  func `one side changed: the other follows, without a conflict`() {
    #expect(decide("b", "b").decision == .agree)
    #expect(decide("r", "b") == .init(decision: .writeIssue))
    #expect(decide("b", "i") == .init(decision: .writeRow))
    #expect(decide("", "b") == .init(decision: .writeIssue))
    #expect(decide("b", "") == .init(decision: .writeRow))
  }

  @Test
  func `both changed to the same: only the base moves`() {
    #expect(decide("x", "x") == .init(decision: .agree))
  }

  @Test
  func `both changed to different values: the policy decides, and a person before it`() {
    #expect(decide("r", "i").decision == .writeIssue)
    #expect(decide("r", "i").reason == .bothChanged)
    #expect(decide("r", "i", .both, .jiraWins).winner == .issue)
    #expect(decide("r", "i", .both, .manual) == .init(decision: .wait, reason: .bothChanged))
    #expect(decide("r", "i", .both, .manual, resolution: .row).winner == .row)
    #expect(decide("r", "i", .both, .rowWins, resolution: .issue).winner == .issue)
  }

  @Test
  func `a side that only follows is put back, and what it had is kept as a conflict`() {
    #expect(
      decide("b", "i", .push) == .init(decision: .writeIssue, reason: .followerChanged))
    #expect(decide("r", "b", .pull) == .init(decision: .writeRow, reason: .followerChanged))
    #expect(decide("r", "i", .push, .jiraWins).winner == .row)
    #expect(decide("r", "i", .pull, .rowWins).winner == .issue)
  }

  @Test
  func `who never met: an empty side takes the other's value, and never erases it`() {
    #expect(decide("x", "x", base: nil) == .init(decision: .agree))
    #expect(decide("", "i", base: nil) == .init(decision: .writeRow))
    #expect(decide("r", "", base: nil, .both, .jiraWins) == .init(decision: .writeIssue))
    #expect(decide("", "i", base: nil, .push) == .init(decision: .agree))
    #expect(decide("r", "", base: nil, .pull) == .init(decision: .agree))
    #expect(decide("r", "i", base: nil).reason == .firstMeeting)
    #expect(decide("r", "i", base: nil, .both, .jiraWins).winner == .issue)
  }

  @Test
  func `formatting that cannot be written back is never overwritten, unless a person says so`() {
    for direction in [SyncDirection.push, .both] {
      let outcome = decide("r", "b", direction, isFormatted: true)
      #expect(outcome == .init(decision: .wait, reason: .formatting))
    }
    #expect(decide("b", "i", isFormatted: true).decision == .writeRow)
    #expect(decide("r", "b", resolution: .row, isFormatted: true).decision == .writeIssue)
  }

  @Test
  func `a text of which JIRA holds only a part is not replaced by that part`() {
    #expect(decide("b", "i", isCut: true) == .init(decision: .wait, reason: .cut))
    #expect(decide("r", "b", isCut: true).decision == .writeIssue)
    #expect(decide("b", "i", resolution: .issue, isCut: true).decision == .writeRow)
  }

  @Test
  func `a pair that was agreed to differ stays at rest`() {
    let pair = BaseField(raw: [:], canonical: .text("r"), issue: .text("i"))
    #expect(decide("r", "i", base: pair) == .init(decision: .nothing))
    #expect(decide("r", "x", base: pair) == .init(decision: .writeRow))
    #expect(decide("x", "i", base: pair) == .init(decision: .writeIssue))
  }
}
