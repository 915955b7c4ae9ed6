import Foundation
import JSON
import Testing

@testable import Jira
@testable import Planning

/// What was sent, what was there and what came back, decided from values alone.
struct SentValueTests {
  /// Three values and what they mean.
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let sent: FieldValue
    let before: FieldValue
    let held: FieldValue
    var type = FieldType.text
    var isShared = false

    var testDescription: String { name }
    var value: SentValue {
      SentValue(sent: sent, before: before, held: held, type: type, isShared: isShared)
    }
  }

  static let stored = [
    Sample(name: "the same", sent: .text("x"), before: .empty, held: .text("x")),
    Sample(name: "trimmed", sent: .text("  x y "), before: .text("b"), held: .text("x y")),
    Sample(name: "joined blanks", sent: .text("a  b"), before: .empty, held: .text("a b")),
    Sample(
      name: "a paragraph without its first blanks", sent: .text("  - x\n\n\n  y"), before: .empty,
      held: .text("- x\n\ny"), type: .paragraph),
    Sample(
      name: "labels in small letters", sent: .set(["Legacy", "SQL"]), before: .empty,
      held: .set(["legacy", "sql"]), type: .labels),
    Sample(
      name: "a time to the minute", sent: .instant(1_767_323_045_123), before: .empty,
      held: .instant(1_767_323_040_000), type: .dateTime),
    Sample(
      name: "a time to the second", sent: .instant(1_767_323_045_123), before: .empty,
      held: .instant(1_767_323_045_000), type: .dateTime),
    Sample(
      name: "a user name in small letters", sent: .user("Ada"), before: .empty, held: .user("ada"),
      type: .user),
    Sample(name: "cleared", sent: .empty, before: .text("b"), held: .empty),
    Sample(
      name: "a label beside those of others", sent: .set(["x"]), before: .set(["y"]),
      held: .set(["other", "x"]), type: .labels, isShared: true),
  ]

  static let notStored = [
    Sample(name: "an edit that is ignored", sent: .text("x"), before: .text("b"), held: .text("b")),
    Sample(name: "a creation that is ignored", sent: .text("x"), before: .empty, held: .empty),
    Sample(name: "clearing that is ignored", sent: .empty, before: .text("b"), held: .text("b")),
    Sample(
      name: "options that are ignored", sent: .set(["a", "b"]), before: .set(["a"]),
      held: .set(["a"]), type: .multiSelect),
    Sample(
      name: "a number that is ignored", sent: .number(4), before: .number(3), held: .number(3),
      type: .number),
    Sample(
      name: "a label that is ignored", sent: .set(["x"]), before: .empty, held: .set(["other"]),
      type: .labels, isShared: true),
  ]

  static let unclear = [
    Sample(
      name: "one of three options is missing", sent: .set(["a", "b", "c"]), before: .empty,
      held: .set(["a", "b"]), type: .multiSelect),
    Sample(
      name: "a number is rounded", sent: .number(2.5), before: .number(1), held: .number(3),
      type: .number),
    Sample(name: "a text is another", sent: .text("x"), before: .text("b"), held: .text("y")),
    Sample(
      name: "a default instead", sent: .option("High"), before: .empty, held: .option("Medium"),
      type: .priority),
    Sample(
      name: "options in small letters are other options", sent: .set(["A"]), before: .empty,
      held: .set(["a"]), type: .multiSelect),
    Sample(
      name: "a time in another hour", sent: .instant(1_767_323_045_123), before: .empty,
      held: .instant(1_767_319_440_000), type: .dateTime),
    Sample(
      name: "one of two labels is missing", sent: .set(["x", "y"]), before: .empty,
      held: .set(["x"]), type: .labels, isShared: true),
  ]

  @Test(arguments: stored)
  func `Equal to what was sent, or a known normalization of it: stored`(_ sample: Sample) {
    #expect(sample.value.outcome == .stored)
  }

  @Test(arguments: notStored)
  func `Equal to what was there before, and not to what was sent: not stored`(_ sample: Sample) {
    #expect(sample.value.outcome == .notStored)
    #expect(sample.value.outcome(isEdited: true) == .notStored)
  }

  @Test(arguments: unclear)
  func `Anything else: the history says whether JIRA or another user did it`(_ sample: Sample) {
    #expect(sample.value.outcome == nil)
    #expect(sample.value.outcome(isEdited: false) == .altered)
    #expect(sample.value.outcome(isEdited: true) == .edited)
  }

  // MARK: History

  private func change(_ id: Int, by author: String?, at time: String, _ field: String) throws
    -> IssueChange
  {
    var json: [String: JSON] = [
      "id": .string("\(id)"), "created": .string("2026-01-02T03:04:\(time)+0000"),
      "items": [["field": .string(field), "toString": "x"]],
    ]
    if let author {
      json["author"] = ["accountId": .string(author), "displayName": .string(author)]
    }
    let answer: JSON = ["id": "1", "key": "A-1", "changelog": ["histories": [.object(json)]]]
    return try #require(Issue(answer)?.changes.first)
  }

  @Test
  func `Only a later entry of another account about that field is an edit of another user`() throws
  {
    let read = try #require(JiraTimestamp.parse("2026-01-02T03:04:10.000+0000"))
    func isEdited(_ changes: [IssueChange], known: Set<String> = []) -> Bool {
      FieldHistory(changes: changes, known: known, since: read, account: "us")
        .isEdited(id: "customfield_1", name: "Notes")
    }
    let ours = try change(2, by: "us", at: "11.000", "Notes")
    let theirs = try change(3, by: "alex", at: "12.000", "notes")
    let before = try change(1, by: "alex", at: "09.000", "Notes")
    let elsewhere = try change(4, by: "alex", at: "13.000", "Layer")
    let nobody = try change(5, by: nil, at: "14.000", "Notes")
    #expect(isEdited([ours, theirs]))
    #expect(isEdited([ours, theirs, elsewhere]))
    #expect(!isEdited([before, ours]))
    #expect(!isEdited([before]))
    #expect(!isEdited([]))
    #expect(!isEdited([ours, elsewhere]))
    #expect(!isEdited([theirs, nobody]))
    #expect(!isEdited([theirs], known: ["3"]))
  }
}
