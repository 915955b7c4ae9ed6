import Foundation
import JSON
import Testing

@testable import JiraSandbox

/// Every kind of field that JIRA brings: what is written reads back, in both products, and nonsense is refused.
@Suite("Every kind of field")
struct FieldTypeTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let type: String
    let good: JSON
    let bad: JSON
    var options: JSON = []
    var testDescription: String { type }
  }

  static let samples = [
    Sample(type: "textfield", good: "a", bad: "two\nlines"),
    Sample(type: "url", good: "https://a.example/x", bad: "a.example"),
    Sample(type: "float", good: .number(1.5), bad: "1.5"),
    Sample(type: "datepicker", good: "2026-02-28", bad: "2026-02-30"),
    Sample(type: "select", good: ["value": "A"], bad: ["value": "a"], options: ["A", "B"]),
    Sample(type: "radiobuttons", good: ["value": "A"], bad: "A", options: ["A", "B"]),
    Sample(
      type: "multiselect", good: [["value": "B"], ["value": "A"]], bad: [["value": "C"]],
      options: ["A", "B"]),
    Sample(type: "multicheckboxes", good: [["value": "A"]], bad: ["A"], options: ["A"]),
    Sample(
      type: "cascadingselect", good: ["value": "P", "child": ["value": "C"]],
      bad: ["value": "P", "child": ["value": "X"]], options: ["P": ["C"], "Q": ["X"]]),
    Sample(type: "labels", good: ["a", "b"], bad: ["a b"]),
    Sample(type: "multiversion", good: [["name": "1.0"]], bad: [["name": "9"]]),
  ]

  /// Whether an answer says at least what was written: it adds ids and addresses.
  private func contains(_ answer: JSON, _ written: JSON) -> Bool {
    if let elements = written.array {
      let answered = answer.array ?? []
      return elements.count == answered.count
        && elements.allSatisfy { element in answered.contains { contains($0, element) } }
    }
    guard let members = written.object else { return answer == written }
    return members.allSatisfy { name, value in contains(answer[name] ?? .null, value) }
  }

  @Test(arguments: samples, Deployment.allCases)
  func `is written, read, cleared and refused`(sample: Sample, deployment: Deployment) throws {
    var office = try Office { $0.deployment = deployment }
    if deployment == .server { office = office.version2 }
    let made = try office.administer(
      "POST", "fields",
      ["name": "Thing", "type": .string(sample.type), "options": sample.options])
    let id = try #require(made["id"]?.string)
    let field = try office.ask("GET", "field").body.array?.first { $0["id"]?.string == id }
    #expect(field?["schema"]?["custom"]?.string?.hasSuffix(":\(sample.type)") == true)
    let key = try office.create([id: sample.good])
    let read = try #require(try office.field(id, of: key))
    #expect(contains(read, sample.good), "\(read.text)")
    #expect(try office.ask("PUT", "issue/\(key)", ["fields": [id: sample.bad]]).status == 400)
    #expect(try office.field(id, of: key) == read)
    #expect(try office.ask("PUT", "issue/\(key)", ["fields": [id: .null]]).status == 204)
    let cleared = try office.field(id, of: key)
    #expect(cleared == .null || cleared == [])
  }

  @Test(arguments: Deployment.allCases)
  func `People are named as the product names them`(deployment: Deployment) throws {
    var office = try Office { $0.deployment = deployment }
    let (alex, sandbox) = (Person.standard[1], Person.standard[0])
    func name(_ person: Person) -> JSON {
      deployment == .cloud
        ? ["accountId": .string(person.accountID)] : ["name": .string(person.name)]
    }
    if deployment == .server { office = office.version2 }
    let one = try office.administer("POST", "fields", ["name": "Owner", "type": "userpicker"])
    let many = try office.administer(
      "POST", "fields", ["name": "Owners", "type": "multiuserpicker"])
    let (owner, owners) = (try #require(one["id"]?.string), try #require(many["id"]?.string))
    let key = try office.create([owner: name(alex), owners: [name(alex), name(sandbox)]])
    #expect(try office.field(owner, of: key)?["displayName"] == "Alex Example")
    #expect(try office.field(owners, of: key)?.array?.count == 2)
    let unknown: JSON = deployment == .cloud ? ["accountId": "x"] : ["name": "x"]
    #expect(try office.ask("PUT", "issue/\(key)", ["fields": [owners: [unknown]]]).status == 400)
  }

  @Test
  func
    `An issue has a parent on Cloud, described where issues are made and not in the list of fields`()
    throws
  {
    let office = try Office()
    let parent = try office.create()
    let child = try office.create(["parent": ["key": .string(parent)]])
    #expect(try office.field("parent", of: child)?["key"]?.string == parent)
    #expect(try office.keys("parent = \(parent)") == [child])
    let field = try office.ask("GET", "field").body.array?.first { $0["id"] == "parent" }
    #expect(field != nil && field?["schema"] == nil)
    #expect(
      try office.ask("PUT", "issue/\(child)", ["fields": ["parent": ["key": "SCRSKY-9"]]]).status
        == 400)
    let server = try Office { $0.deployment = .server }.version2
    #expect(
      try server.ask("GET", "field").body.array?.contains { $0["id"] == "parent" } == false)
  }
}
