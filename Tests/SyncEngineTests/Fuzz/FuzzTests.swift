import Foundation
import JSON
import Jira
import Simulation
import SyncConfiguration
import TestSupport
import Testing

@testable import Mapping

/// Readers of what comes from outside, given a great many broken inputs: none may crash, hang or take memory without bound.
///
/// `scripts/test` gives them a few thousand, `scripts/fuzz` a million. `JIRA_SYNC_TEST_SEED`, which is printed, repeats a run.
@Suite("Broken inputs", .serialized)
struct FuzzTests {
  /// How many inputs the readers of JSON and documents get; the others get a tenth.
  private static let count =
    ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_FUZZ"].flatMap { Int($0) } ?? 3000

  private static let document: JSON = [
    "type": "doc", "version": 1,
    "content": [
      ["type": "heading", "attrs": ["level": 2], "content": [["type": "text", "text": "T"]]],
      [
        "type": "bulletList",
        "content": [
          [
            "type": "listItem",
            "content": [
              [
                "type": "paragraph",
                "content": [["type": "text", "text": "a", "marks": [["type": "strong"]]]],
              ]
            ],
          ]
        ],
      ],
      [
        "type": "paragraph",
        "content": [
          ["type": "mention", "attrs": ["id": "5b", "text": "@Ada"]], ["type": "hardBreak"],
          ["type": "text", "text": "e\u{301} 👩‍👩‍👧"],
        ],
      ],
      ["type": "codeBlock", "content": [["type": "text", "text": "x = 1"]]],
    ],
  ]

  private static let values: [JSON] = [
    document, ["value": "P", "child": ["value": "C"]], [["value": "A"], ["name": "B"]],
    ["accountId": "5b10", "displayName": "Ada"], "2026-01-02T03:04:05.000+0100", "text",
    ["errorMessages": ["no"], "errors": ["summary": "too long"]], 12,
  ]

  private static let types: [FieldType] = [
    .summary, .description, .text, .paragraph, .url, .number, .date, .dateTime, .select,
    .multiSelect, .checkboxes, .cascadingSelect, .user, .multiUser, .labels, .priority, .parent,
    .components, .versions, .unsupported("x"),
  ]

  @Test
  func `JSON, documents and field values`() throws {
    var mutator = Mutator(seed: SeededGenerator.runSeed)
    let bytes = Self.values.map { Array($0.data) }
    let before = Self.residentBytes()
    var parsed = 0
    for place in 0..<Self.count {
      var value: JSON
      if mutator.flip() {
        let text = mutator.broken(bytes[place % bytes.count])
        // Most are no JSON, and say so.
        guard let json = try? JSON(parsing: text) else { continue }
        value = json
      } else {
        value = mutator.broken(Self.values[place % Self.values.count])
      }
      parsed += 1
      let read = ADF.text(of: value).text
      #expect(read.utf8.count <= 4_000_000)
      let type = Self.types[place % Self.types.count]
      let dialect: JiraDialect = place % 2 == 0 ? .cloud : .dataCenter
      let decoded = FieldCodec.decode(value, as: type, dialect: dialect)
      // What was read can be written, and reads back as itself.
      guard decoded.isReadable, !decoded.isLossy, type.isWritable else { continue }
      let fitted = FieldCodec.fit(decoded.value, as: type, dialect: dialect)
      let json = try? FieldCodec.encode(fitted, as: type, dialect: dialect)
      guard let json else { continue }
      #expect(FieldCodec.decode(json, as: type, dialect: dialect).value == fitted)
    }
    #expect(parsed > Self.count / 3, "most inputs would be no test of the readers")
    expectBounded(since: before)
  }

  @Test
  func `wiki markup and times`() {
    var mutator = Mutator(seed: SeededGenerator.runSeed &+ 1)
    let good = ["h1. T\n* a\n# b\n{code}x{code}\n[a|https://b]", "2026-01-02T03:04:05.678+0100"]
      .map { Array($0.utf8) }
    let before = Self.residentBytes()
    for place in 0..<(Self.count / 10) {
      let text = String(decoding: mutator.broken(good[place % good.count]), as: UTF8.self)
      let read = WikiText.text(of: text).text
      #expect(read.utf8.count <= text.utf8.count * 4 + 16)
      // Text that is escaped means itself.
      let plain = CanonicalText.lines(text)
      #expect(CanonicalText.lines(WikiText.text(of: WikiText.escape(plain)).text) == plain)
      if let instant = JiraTimestamp.parse(text) { #expect(JiraTimestamp.render(instant) != nil) }
    }
    expectBounded(since: before)
  }

  @Test
  func `mapping files: an error with a place, or a mapping`() {
    var mutator = Mutator(seed: SeededGenerator.runSeed &+ 2)
    let good = [
      """
      issue_type: Task
      labels: [a, b]
      fields:
        notes: &n {conflict: manual, values: {a: b, 1: c}, otherwise: x}
        summary: {template: "[{file_number}] {? — {technical_debt|first_line}}"}
        file_path:
          transforms: [trim, {regex: {pattern: "^src/", replacement: ""}}, {truncate: 10}]
        other: *n
      """, "fields:\n  audit_status: {statuses: {done: Closed}, unresolved: [a]}\n",
    ].map { Array($0.utf8) }
    let before = Self.residentBytes()
    for place in 0..<(Self.count / 10) {
      let text = String(decoding: mutator.broken(good[place % good.count]), as: UTF8.self)
      do throws(MappingError) {
        _ = try ConfigurationFile(yaml: text, file: "m.yaml", columns: nil)
      } catch {
        #expect(!error.issues.isEmpty)
      }
    }
    expectBounded(since: before)
  }

  /// Memory is bounded: only where nothing else runs beside it does the process' size say something.
  private func expectBounded(since before: Int) {
    guard Self.count >= 100_000 else { return }
    let growth = Self.residentBytes() - before
    print("resident memory grew by \(growth / 1_048_576) MB")
    #expect(growth < 200 * 1_048_576)
  }

  private static func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096
  }
}
