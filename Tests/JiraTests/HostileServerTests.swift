import HTTP
import JSON
import Jira
import Simulation
import Testing

/// A broken or hostile server costs an error, never a crash, an endless loop or an untyped error.
@Suite struct HostileServerTests {
  /// Answers that are right for some endpoint, to be spoilt.
  private static let samples = [
    #"{"accountId":"a","displayName":"A","timeZone":"UTC"}"#,
    #"{"id":"1","key":"S-1","fields":{"updated":"2026-09-27T10:03:11.123+0200"},"properties":{"p":1}}"#,
    #"{"issues":[{"id":"1","key":"S-1","fields":{}}],"issueErrors":[{"id":"2"}],"errors":[{"status":400,"failedElementNumber":0,"elementErrors":{"errorMessages":["x"]}}],"nextPageToken":"t","isLast":false,"total":3,"startAt":0}"#,
    #"{"transitions":[{"id":"3","name":"x","to":{"id":"3","name":"Done","statusCategory":{"key":"done"}},"fields":{"a":{"required":true}}}]}"#,
    #"{"total":3,"fields":[{"fieldId":"a","name":"A","required":true,"schema":{"type":"string"}}],"comments":[{"id":"1","body":{"type":"doc","content":[]}}],"values":[{"id":"1","created":"2026-09-27T10:03:11.123+0200","items":[{"field":"x"}]}]}"#,
    #"[{"id":"summary","name":"Summary","custom":false,"schema":{"type":"string"},"statuses":[]}]"#,
    #"{"permissions":{"X":{"havePermission":true}},"version":"9","deploymentType":"Cloud","value":7}"#,
  ]

  private static let calls: [@Sendable (JiraClient) async throws -> Void] = [
    { _ = try await $0.serverInfo() }, { _ = try await $0.myself() },
    { _ = try await $0.project("S") }, { _ = try await $0.fields() },
    { _ = try await $0.statuses() }, { _ = try await $0.statuses(project: "S") },
    { _ = try await $0.createMetadata(project: "S", issueTypeID: "1") },
    { _ = try await $0.issue("1", fields: ["status"]) },
    { _ = try await $0.issues(ids: ["1", "2"], fields: ["status"], properties: ["p"]) },
    { _ = try await $0.search(jql: .project("S"), fields: [], properties: ["p"]).all() },
    { _ = try await $0.transitions(of: "1") }, { _ = try await $0.comments(of: "1") },
    { _ = try await $0.changes(of: "1") }, { _ = try await $0.resolver(of: "1") },
    { _ = try await $0.myPermissions(["X"]) }, { _ = try await $0.property("p", of: "1") },
    { _ = try await $0.edit("1", fields: [:], returnFields: ["summary"]) },
    { _ = try await $0.addComment("x", to: "1") },
    { _ = try await $0.createIssue(IssueDraft(fields: [:])) },
    { _ = try await $0.createIssues([IssueDraft(fields: [:]), IssueDraft(fields: [:])]) },
  ]

  private static let junk: [JSON] = [
    .null, true, 0, -1, 9_223_372_036_854_775_807, "", "x", [], [[]], .object([:]), ["id": nil],
    "2026-99-99T99:99:99.999+9999",
  ]

  /// Puts junk for one value somewhere in a sample.
  private static func spoil(_ json: JSON, _ generator: inout SeededGenerator) -> JSON {
    let isHere = Int.random(in: 0..<4, using: &generator) == 0
    switch json {
    case .object(var members) where !isHere && !members.isEmpty:
      let names = members.keys.sorted()
      guard let name = names.randomElement(using: &generator), let value = members[name] else {
        return json
      }
      members[name] = Bool.random(using: &generator) ? spoil(value, &generator) : nil
      return .object(members)
    case .array(var elements) where !isHere && !elements.isEmpty:
      let index = Int.random(in: 0..<elements.count, using: &generator)
      elements[index] = spoil(elements[index], &generator)
      if Bool.random(using: &generator) { elements.append(elements[index]) }
      return .array(elements)
    default: return junk.randomElement(using: &generator) ?? .null
    }
  }

  @Test(arguments: [JiraDialect.cloud, .dataCenter])
  func `every call survives every answer`(dialect: JiraDialect) async throws {
    var generator = SeededGenerator(for: "HostileServerTests")
    let statuses = [200, 200, 200, 200, 201, 204, 100, 302, 400, 404, 429, 500, 999]
    for _ in 0..<40 {
      for call in Self.calls {
        var steps: [ScriptedTransport.Step] = []
        for _ in 0..<6 {
          let sample = try #require(Self.samples.randomElement(using: &generator))
          var body = Self.spoil(try JSON(parsing: sample), &generator).text
          if Int.random(in: 0..<8, using: &generator) == 0 {
            body = String(body.prefix(Int.random(in: 0...body.count, using: &generator)))
          }
          steps.append(.json(try #require(statuses.randomElement(using: &generator)), body))
        }
        let (client, _) = try makeClient(steps, dialect: dialect)
        do {
          try await call(client)
        } catch let error as JiraError {
          #expect(!error.description.isEmpty)
        } catch {
          Testing.Issue.record("seed \(generator.seed): \(error) is not a JiraError")
        }
      }
    }
  }

  @Test func `nesting without end is an error`() async throws {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let (client, _) = try makeClient([.json(deep)])
    #expect(try await failure { _ = try await client.fields() }.kind == .unreadable)
  }

  /// Broken variant: one issue with half an emoji makes the whole batch unreadable, and for ever.
  @Test func `half a character does not spoil an answer`() async throws {
    let (client, _) = try makeClient([
      .json(
        #"{"issues":[{"id":"1","key":"S-1","fields":{"summary":"cut \ud83d"}},"#
          + #"{"id":"2","key":"S-2","fields":{"summary":"\udc4d \\ud83d \ud83d\udc4d \u00e9"}}]}"#)
    ])
    let batch = try await client.issues(ids: ["1", "2"], fields: ["summary"])
    #expect(
      batch.found.map { $0.fields["summary"]?.string } == [
        "cut \u{fffd}", "\u{fffd} \\ud83d 👍 é",
      ])
  }

  /// Caught: a text that Postgres refuses with SQLSTATE 22021, each time that the job is tried.
  @Test(arguments: [
    (#"Back\u0000end"#, "Back\u{FFFD}end"), (#"\u0000"#, "\u{FFFD}"),
    (#"a\u0000\ud83d\udc4d\ud83d"#, "a\u{FFFD}👍\u{FFFD}"),
    // What was right before: a backslash that is escaped, and other escapes.
    (#"a\\u0000"#, #"a\u0000"#), (#"tab\tnewline\nA\u0041"#, "tab\tnewline\nAA"),
  ])
  func `no text of JIRA holds U+0000`(written: String, read: String) async throws {
    let (client, _) = try makeClient([
      .json(#"{"id":"1","key":"S-1","fields":{"customfield_1":{"id":"7","value":"\#(written)"}}}"#)
    ])
    let issue = try #require(try await client.issue("1", fields: ["customfield_1"]))
    #expect(issue.fields["customfield_1"]?["value"]?.string == read)
  }
}
