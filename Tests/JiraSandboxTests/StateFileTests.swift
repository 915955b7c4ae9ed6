import Foundation
import JSON
import Testing

@testable import JiraSandbox

@Suite("The state file")
struct StateFileTests {
  private func path() -> String {
    FileManager.default.temporaryDirectory
      .appending(path: "jira-sandbox-\(UUID().uuidString).jsonl").path(percentEncoded: false)
  }

  @Test
  func `Everything survives, without the first process having ended in order`() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try Office { $0.stateFile = path }
    let key = try first.create(["description": Office.document("Text"), "labels": ["a"]])
    let gone = try first.create()
    try first.ask("POST", "issue/\(key)/transitions", ["transition": ["id": "11"]])
    try first.ask("POST", "issue/\(key)/comment", ["body": Office.document("Hello")])
    try first.ask("PUT", "issue/\(key)/properties/p", [1, 2])
    try first.ask("DELETE", "issue/\(gone)")
    let before = try first.ask("GET", "issue/\(key)?properties=p&expand=changelog").body

    // The first one is still open and was never told to save: as after SIGKILL.
    let second = try Office { $0.stateFile = path }
    #expect(try second.ask("GET", "issue/\(key)?properties=p&expand=changelog").body == before)
    #expect(try second.ask("GET", "issue/\(gone)").status == 404)
    #expect(try second.keys("labels = a") == [key])
    // A key that was given is not given again, though its issue is gone.
    #expect(try second.create() == "SCRSKY-1003")
  }

  @Test
  func `What an administrator did to the fields survives, too`() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try Office { $0.stateFile = path }
    let made = try first.administer(
      "POST", "fields", ["name": "Size", "type": "radiobuttons", "options": ["S", "L"]])
    let id = try #require(made["id"]?.string)
    try first.administer("PUT", "fields/Layer", ["name": "Tier"])
    let key = try first.create([id: ["value": "L"]])

    let second = try Office { $0.stateFile = path }
    #expect(try second.field(id, of: key)?["value"] == "L")
    #expect(
      try second.ask("GET", "field").body == first.ask("GET", "field").body)
  }

  @Test
  func `The record has each request with its answer, and no credentials`() async throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let office = try Office { $0.recordFile = path }
    for target in ["/rest/api/3/myself?expand=groups", "/rest/api/3/issue/SCRSKY-1"] {
      _ = await office.sandbox.respond(
        to: SandboxRequest("GET", target, headers: ["authorization": "Bearer sandbox"]))
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = try text.split(separator: "\n").map { try JSON(parsing: Data($0.utf8)) }
    #expect(lines.map { $0["status"] } == [200, 404])
    #expect(lines.first?["query"] == "expand=groups")
    #expect(lines.first?["answer"]?["emailAddress"] == "sandbox@example.com")
    #expect(!text.contains("Bearer"))
  }

  @Test
  func `A line that was cut off is dropped, and what follows can be read`() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let key = try Office { $0.stateFile = path }.create()
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"counters":{"issue":1"#.utf8))
    try handle.close()
    let second = try Office { $0.stateFile = path }
    let next = try second.create()
    let third = try Office { $0.stateFile = path }
    #expect(try third.keys("project = SCRSKY order by key") == [key, next])
  }

  @Test
  func `A line that is not ours is an error that names it, not an empty sandbox`() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("{}\n".utf8).write(to: URL(filePath: path))
    let error = #expect(throws: SandboxError.self) { try Office { $0.stateFile = path } }
    guard case .unreadableState(path, 1, _) = error else {
      report(error)
      return
    }
  }

  private func report(_ error: SandboxError?) {
    Testing.Issue.record("another error: \(String(describing: error))")
  }

  @Test
  func `A directory that does not exist is said so`() {
    let error = #expect(throws: SandboxError.self) {
      try Office { $0.stateFile = "/nonexistent/state.jsonl" }
    }
    #expect("\(String(describing: error))".contains("/nonexistent/state.jsonl"))
  }

  @Test
  func `Many changes of few issues do not grow the file without end`() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let office = try Office { $0.stateFile = path }
    let key = try office.create()
    for number in 0..<5200 {
      try office.ask("PUT", "issue/\(key)/properties/p", .integer(number))
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
    #expect(lines < 1000)
    let second = try Office { $0.stateFile = path }
    #expect(try second.ask("GET", "issue/\(key)/properties/p").body["value"] == 5199)
  }

  @Test
  func `A change that is refused leaves neither a trace in memory nor in the file`() throws {
    let store = try Store(path: nil, lag: 0) { 0 }
    let site = try Site(deployment: .cloud, people: Person.standard, zoneName: "Europe/Berlin")
    #expect(throws: Refusal.self) {
      try store.change { state throws(Refusal) in
        _ = IssueRules(site: site).create(
          IssueChange(), properties: [:], by: "x", at: 0, in: &state)
        throw .badRequest("no")
      }
    }
    #expect(store.read { $0.count } == 0)
    #expect(store.read { $0.issue("SCRSKY-1001") } == nil)
  }
}
