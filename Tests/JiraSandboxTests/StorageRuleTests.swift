import Foundation
import JSON
import Testing

@testable import JiraSandbox

@Suite("Fields that are accepted and not stored")
struct StorageRuleTests {
  private let notes = "customfield_10020"
  private let flows = "customfield_10016"

  @Test
  func `An edit ignores one field and stores the others; the answer is as ever`() throws {
    let office = try Office()
    let key = try office.create([notes: Office.document("before")])
    try office.administer(
      "POST", "storage", ["field": "Notes", "on": ["edit"], "effect": "ignore"])
    let edit = try office.ask(
      "PUT", "issue/\(key)",
      ["fields": [notes: Office.document("after"), "summary": "Another"]])
    #expect(edit.status == 204)
    #expect(try office.field("summary", of: key) == "Another")
    #expect(try office.field(notes, of: key)?.text.contains("before") == true)
    // It is about edits alone.
    let other = try office.create([notes: Office.document("made")])
    #expect(try office.field(notes, of: other)?.text.contains("made") == true)
    try office.administer("DELETE", "storage")
    try office.ask("PUT", "issue/\(key)", ["fields": [notes: Office.document("after")]])
    #expect(try office.field(notes, of: key)?.text.contains("after") == true)
  }

  @Test
  func `A creation drops one of several values, or rounds a number`() throws {
    let office = try Office()
    let points =
      try office.administer("POST", "fields", ["name": "Points", "type": "float"])["id"]?
      .string ?? ""
    try office.administer("POST", "storage", ["field": "Workflows", "effect": "drop"])
    try office.administer("POST", "storage", ["field": "Points", "effect": "round"])
    let key = try office.create([
      flows: [["value": "WF1"], ["value": "WF2"], ["value": "WF3"]],
      points: .number(Decimal(string: "2.5") ?? 0),
    ])
    #expect(try office.field(flows, of: key)?.array?.count == 2)
    #expect(try office.field(points, of: key) == 3)
    // What is altered is in the changelog, as the account's own doing.
    try office.ask(
      "PUT", "issue/\(key)", ["fields": [points: .number(Decimal(string: "7.2") ?? 0)]])
    let log = try office.ask("GET", "issue/\(key)/changelog").body["values"]?.array
    #expect(log?.last?["items"]?.array?.first?["toString"] == "7")
  }

  @Test
  func `A rule without a field or an effect is refused`() throws {
    let office = try Office()
    #expect(throws: Office.Refused.self) {
      try office.administer("POST", "storage", ["field": "Nothing", "effect": "ignore"])
    }
    #expect(throws: Office.Refused.self) {
      try office.administer("POST", "storage", ["field": "Notes", "effect": "burn"])
    }
  }

  @Test
  func `Another limit of texts, and ends of paragraphs that count`() throws {
    let office = try Office()
    try office.administer("POST", "limits", ["document": 1_500, "paragraphEnds": true])
    func status(_ length: Int) throws -> (Int, String?) {
      let text = Office.document(String(repeating: "x", count: length))
      let (status, body) = try office.ask("POST", "issue", ["fields": office.task([notes: text])])
      return (status, body["errors"]?[notes]?.string)
    }
    #expect(try status(1_499).0 == 201)
    let refused = try status(1_500)
    #expect(refused.0 == 400)
    #expect(refused.1?.contains("limit of 1,500 characters") == true)
  }
}
