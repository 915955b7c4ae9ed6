import Foundation
import Testing

@testable import Notifications

/// What stands in subject lines and texts.
struct HeadlineTests {
  private let now = 1_795_512_600.0  // 2026-11-24 09:30 UTC

  private func message(_ parts: [Draft.Part]) -> Message {
    Message(
      id: 1, uuid: .init(), root: nil, issueKey: nil, writtenAt: now,
      items: parts.map { MessageItem($0) })
  }

  @Test func `a digest says how often and since when`() {
    var cause = Cause.example(kind: "row_refused", waiting: 37)
    cause.isOpen = true
    cause.toldAt = now - 1_800
    cause.subjects = ["src/a.py", "src/b.py"]
    let message = message([Draft.Part(cause: cause, stage: .again)])
    #expect(message.headline == "Again, 37 times since 09:00 UTC: Rows cannot be synced")
    #expect(message.text.contains("It happened 37 times since 09:00 UTC."))
    #expect(message.text.contains("  - src/a.py\n  - src/b.py\n  - and 35 more"))
  }

  @Test func `an end says how long it lasted`() {
    var cause = Cause.example(kind: "circuit_opened", waiting: 0)
    cause.isOpen = true
    cause.openedAt = now - 86_400 - 7_200
    cause.resolution = Cause.Resolution(eventID: 2, message: "JIRA answers again.", at: now)
    let message = message([Draft.Part(cause: cause, stage: .resolved)])
    #expect(message.headline == "Resolved: Syncing with JIRA has stopped")
    #expect(message.text.contains("It began at 2026-11-23 07:30 UTC and lasted 1 days 2 h."))
  }

  @Test func `causes that are told together are counted`() {
    let parts = (1...25).map { number in
      Draft.Part(
        cause: .example("cause \(number)", kind: "row_refused"), stage: .first)
    }
    let message = message(parts)
    #expect(message.headline == "Rows cannot be synced for 25 different reasons")
    #expect(message.text.hasSuffix("And 5 more.\n"))
  }

  @Test(arguments: [
    "a\r\nBcc: everybody@example.com", "a\u{0}b\u{1B}[31m", "a\u{2028}b\u{85}c",
    "a\u{202E}b", String(repeating: "x", count: 10_000),
  ]) func `whatever a row holds, the headline is one line of bounded length`(subject: String) {
    var cause = Cause.example(kind: "row_refused")
    cause.event.subject = subject
    let headline = message([Draft.Part(cause: cause, stage: .first)]).headline
    #expect(headline.count <= 180)
    #expect(
      !headline.unicodeScalars.contains {
        $0.value < 0x20 || $0.value == 0x85 || $0.value == 0x2028 || $0.value == 0x202E
      })
  }

  @Test func `times are those of the calendar`() {
    #expect(UTCTime(0).mailDate == "Thu, 1 Jan 1970 00:00:00 +0000")
    #expect(UTCTime(951_782_400).date == "2000-02-29")
    #expect(UTCTime(now).mailDate == "Tue, 24 Nov 2026 09:30:00 +0000")
  }
}
