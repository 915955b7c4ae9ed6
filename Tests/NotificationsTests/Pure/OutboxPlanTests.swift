import Testing

@testable import Notifications
@testable import SyncConfiguration

/// What is told when: the rules, without a database.
struct OutboxPlanTests {
  private let now = 100_000.0

  private func plan(
    _ causes: [Cause], told: [Gate: Double] = [:], byIssue: Bool = false
  ) -> OutboxPlan {
    var manner = OutboxPlan.Manner()
    manner.byIssue = byIssue
    return OutboxPlan(causes: causes, told: told, now: now, manner: manner)
  }

  private func stages(_ plan: OutboxPlan) -> [[Stage]] {
    plan.drafts.map { $0.parts.map(\.stage) }
  }

  /// A cause that was told some time ago.
  private func told(_ ago: Double, waiting: Int = 0, isOpen: Bool = true) -> Cause {
    var cause = Cause.example(waiting: waiting)
    cause.isOpen = isOpen
    cause.toldAt = now - ago
    return cause
  }

  private func resolved(_ cause: Cause, event: Int64 = 9) -> Cause {
    var cause = cause
    cause.resolution = Cause.Resolution(eventID: event, message: "All is well.", at: now)
    return cause
  }

  @Test func `the first message of a cause goes out at once, however many they are`() {
    #expect(stages(plan([.example(waiting: 37)])) == [[.first]])
  }

  @Test func `more of the same waits for the digest, and is told when its time has come`() {
    let early = plan([told(3_000, waiting: 37)])
    #expect(early.drafts.isEmpty)
    #expect(early.wakeAt == now + 600)
    #expect(stages(plan([told(3_600, waiting: 37)])) == [[.again]])
  }

  @Test func `that it has gone is told at once where it was told, and swallows what waits`() {
    #expect(stages(plan([resolved(told(60, waiting: 5))])) == [[.resolved]])
    #expect(stages(plan([resolved(told(60))])) == [[.resolved]])
  }

  @Test func `that it has gone is not told to who never heard of it`() {
    let plan = plan([resolved(told(60, isOpen: false))])
    #expect(plan.drafts.isEmpty)
    #expect(plan.silent.count == 1)
  }

  @Test func `what came and went while the channel was down is told in this order`() {
    #expect(stages(plan([resolved(.example())])) == [[.first], [.resolved]])
  }

  @Test func `different causes of one kind that come together are one message`() {
    let causes = (1...1_000).map { Cause.example("cause \($0)", event: Int64($0)) }
    #expect(stages(plan(causes)) == [Array(repeating: .first, count: 1_000)])
  }

  @Test func `a second cause of a kind waits a little, one of another kind does not`() {
    let gate = Gate(kind: "poller_behind", resolves: false)
    let second = plan([.example("other")], told: [gate: now - 10])
    #expect(second.drafts.isEmpty)
    #expect(second.wakeAt == now + 80)
    #expect(
      stages(plan([.example("other", kind: "job_dead")], told: [gate: now - 10])) == [[.first]])
    #expect(stages(plan([.example("other")], told: [gate: now - 90])) == [[.first]])
  }

  /// Broken variant: looking at each gate alone.
  @Test func `while the beginning is held back, so is the end`() {
    let gate = Gate(kind: "poller_behind", resolves: false)
    #expect(plan([resolved(.example("other"))], told: [gate: now - 10]).drafts.isEmpty)
  }

  @Test func `a cause that comes and goes is told three times, then like more of the same`() {
    var cause = told(60, waiting: 1, isOpen: false)
    cause.episodesSince = now - 300
    cause.recurrences = 2
    #expect(stages(plan([cause])) == [[.first]])
    cause.recurrences = 3
    #expect(plan([cause]).drafts.isEmpty)
    #expect(plan([cause]).wakeAt == now + 3_540)
    cause.toldAt = now - 3_601
    #expect(stages(plan([cause])) == [[.first]])
  }

  @Test func `after a day of silence it is told as new`() {
    #expect(stages(plan([told(86_401, waiting: 1)])) == [[.first]])
  }

  @Test func `news has no end and is told each time`() {
    var news = told(60, waiting: 1, isOpen: false)
    news.severity = .info
    #expect(stages(plan([news])) == [[.news]])
  }

  @Test func `on issues each is told for itself, once`() {
    let causes = (1...3).map { number in
      var cause = Cause.example("cause", event: Int64(number))
      cause.issueKey = "X-\(number)"
      return cause
    }
    #expect(stages(plan(causes, byIssue: true)) == [[.first], [.first], [.first]])
    let again = plan([told(4_000, waiting: 5)], byIssue: true)
    #expect(again.drafts.isEmpty)
    #expect(again.silent.count == 1)
    #expect(again.wakeAt == nil)
  }
}
