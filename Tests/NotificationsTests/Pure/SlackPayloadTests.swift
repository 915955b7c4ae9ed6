import Foundation
import JSON
import SyncConfiguration
import Testing

@testable import Notifications

/// What Slack gets: within its limits, and nothing that a row holds means anything to it.
struct SlackPayloadTests {
  private func payload(_ change: (inout Cause) -> Void = { _ in }) -> JSON {
    var cause = Cause.example(kind: "row_refused")
    change(&cause)
    let message = Message(
      id: 1, uuid: .init(), root: nil, issueKey: nil, writtenAt: 0,
      items: [MessageItem(Draft.Part(cause: cause, stage: .first))])
    return SlackPayload(message, site: "https://jira.example").json
  }

  /// All texts of blocks.
  private func texts(_ json: JSON) -> [String] {
    switch json {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(texts)
    case .object(let members): members.values.flatMap(texts)
    case .null, .bool, .number: []
    }
  }

  @Test(arguments: ["<!channel>", "<@U024BE7LH>", "<https://evil.example|click>", "&lt;!here>"])
  func `mentions and links are inert`(text: String) {
    let json = payload { cause in
      cause.event.subject = text
      cause.event.message = "\(text) and \(text)"
      cause.event.remedy = text
      cause.subjects = [text, "other"]
      cause.waiting = 2
    }
    let header = json["blocks"]?[0]?["text"]
    // Plain text is shown as it is.
    #expect(header?["type"] == "plain_text")
    let markup = texts(json).filter { $0 != header?["text"]?.string }
    #expect(!markup.contains { $0.contains("<") })
    #expect(!markup.contains { $0.contains("&lt;!here") && !$0.contains("&amp;lt;!here") })
  }

  @Test func `long texts are cut within Slack's limits, and no escape in two`() {
    let json = payload { cause in
      cause.event.subject = String(repeating: "&", count: 4_000)
      cause.event.message = String(repeating: "<", count: 9_000)
      cause.event.remedy = String(repeating: ">", count: 9_000)
      cause.subjects = (1...10).map { "\($0)" + String(repeating: "&", count: 400) }
      cause.waiting = 10_000
    }
    let blocks = json["blocks"]?.array ?? []
    #expect(blocks.count <= 50)
    #expect((blocks[0]["text"]?["text"]?.string?.count ?? .max) <= 150)
    for block in blocks.dropFirst() {
      let text = block["text"]?["text"]?.string ?? ""
      #expect(text.count <= 3_000)
      #expect(!text.split(separator: "&").dropFirst().contains { !$0.contains(";") })
    }
  }

  /// Slack refuses a header of more than 150 characters for good, and the sign counts as it is written.
  @Test(arguments: Severity.allCases)
  func `a long headline fits beside every sign`(severity: Severity) {
    for stage in [Stage.first, .again, .resolved] {
      var cause = Cause.example(kind: "job_dead", severity: severity)
      cause.event.subject = String(repeating: "ä🙂", count: 150)
      let message = Message(
        id: 1, uuid: .init(), root: nil, issueKey: nil, writtenAt: 0,
        items: [MessageItem(Draft.Part(cause: cause, stage: stage))])
      let header = SlackPayload(message, site: nil).json["blocks"]?[0]?["text"]?["text"]?.string
      #expect((1...150).contains(header?.utf16.count ?? 0))
    }
  }

  @Test func `the issue is linked`() {
    let json = payload { $0.event.issueKey = "SCRSKY-7" }
    #expect(texts(json).contains("<https://jira.example/browse/SCRSKY-7|SCRSKY-7> in JIRA"))
    let other = payload { $0.event.issueKey = "X|<!channel>" }
    #expect(!texts(other).contains { $0.contains("browse") })
  }
}
