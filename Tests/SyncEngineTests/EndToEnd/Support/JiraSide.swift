import Foundation
import JSON

@testable import JiraSandbox

/// The JIRA of a test: a sandbox of its own, what it was asked, and what makes it go wrong.
///
/// Knows nothing of the sync, so that what it says is JIRA's own view.
struct JiraSide: Sendable {
  let server: SandboxServer
  private let api: String

  /// Starts a sandbox on a free port.
  ///
  /// - Parameter options: how it behaves.
  /// - Returns: JIRA, listening.
  /// - Throws: `SandboxError` where it cannot listen.
  static func start(_ options: SandboxOptions = SandboxOptions()) async throws -> JiraSide {
    JiraSide(
      server: try await SandboxServer.start(options),
      api: options.deployment == .server ? "/rest/api/2" : "/rest/api/3")
  }

  func stop() async throws { try await server.stop() }

  var baseURL: String { server.baseURL }

  // MARK: What is there

  /// The issues, oldest first.
  func issues() throws -> [SeenIssue] {
    let keys = server.sandbox.store.read { $0.issues.values.sorted { $0.id < $1.id }.map(\.key) }
    return try keys.map(issue)
  }

  /// An issue as a person with another account sees it.
  func issue(_ key: String) throws -> SeenIssue {
    let names = Dictionary(server.sandbox.site.fields.map { ($0.name, $0.id) }) { $1 }
    return SeenIssue(
      json: try ask("GET", "/issue/\(key)?properties=*all"), fieldIDs: names,
      statusChanges: server.sandbox.store.read { state in
        (state.issue(key)?.history ?? []).flatMap(\.items).filter { $0.field == "status" }.count
      })
  }

  // MARK: What people do

  /// Does something in JIRA as Alex, another account than that of the sync; not in the log of calls.
  @discardableResult
  func ask(_ method: String, _ path: String, _ body: JSON? = nil) throws -> JSON {
    let reply = server.sandbox.answer(
      SandboxRequest(
        method, api + path,
        headers: ["authorization": "Bearer alex", "content-type": "application/json"],
        body: body?.data ?? Data()))
    guard (200..<300).contains(reply.status) else {
      throw Unexpected(
        text: "\(method) \(path): \(reply.status) \(String(decoding: reply.body, as: UTF8.self))")
    }
    return reply.body.isEmpty ? .null : try JSON(parsing: reply.body)
  }

  /// Edits fields of an issue, named as people know them.
  func edit(_ key: String, _ fields: [String: JSON]) throws {
    var byID: [String: JSON] = [:]
    for (name, value) in fields {
      byID[server.sandbox.site.fields.first { $0.name == name }?.id ?? name] = value
    }
    try ask("PUT", "/issue/\(key)", ["fields": .object(byID)])
  }

  /// Moves an issue along transitions.
  ///
  /// - Parameters:
  ///   - key: the issue's key.
  ///   - names: the transitions' names, in order.
  ///   - resolution: what the last one is given.
  /// - Throws: `Unexpected` where JIRA refuses.
  func move(_ key: String, along names: [String], resolution: String? = nil) throws {
    for name in names {
      let offered = try ask("GET", "/issue/\(key)/transitions")["transitions"]?.array ?? []
      guard let id = offered.first(where: { $0["name"]?.string == name })?["id"] else {
        throw Unexpected(text: "no transition \(name)")
      }
      var body: JSON = ["transition": ["id": id]]
      if let resolution, name == names.last {
        body["fields"] = ["resolution": ["name": .string(resolution)]]
      }
      try ask("POST", "/issue/\(key)/transitions", body)
    }
  }

  /// Moves an issue to another project, where it has another key and the same id.
  func moveToProject(_ key: String, as newKey: String) throws {
    let body: JSON = ["issue": .string(key), "key": .string(newKey)]
    let reply = server.sandbox.administer(
      SandboxRequest("POST", Sandbox.adminPrefix + "/move", body: body.data))
    guard reply.status == 204 else { throw Unexpected(text: "moving \(key): \(reply.status)") }
  }

  /// Does something to the site that only administrators may.
  @discardableResult
  func administer(_ method: String, _ path: String, _ body: JSON = [:]) throws -> JSON {
    let reply = server.sandbox.administer(
      SandboxRequest(
        method, "\(Sandbox.adminPrefix)/\(path.replacing(" ", with: "%20"))", body: body.data))
    guard reply.status < 300 else {
      throw Unexpected(text: String(decoding: reply.body, as: UTF8.self))
    }
    return reply.body.isEmpty ? .null : try JSON(parsing: reply.body)
  }

  // MARK: What goes wrong

  /// Makes requests go wrong; rules apply in the order in which they were made.
  ///
  /// - Parameters:
  ///   - method: the verb, nil for all.
  ///   - path: how the path starts, behind the version of the API.
  ///   - action: what happens, as the sandbox's faults say it.
  ///   - times: how often, nil for always.
  /// - Throws: `Refusal` where the sandbox knows no such action.
  func fail(_ method: String?, _ path: String, _ action: JSON, times: Int? = 1) throws {
    var rule: JSON = ["match": ["pathPrefix": .string(api + path)], "action": action]
    if let method { rule["match"]?["method"] = .string(method) }
    if let times { rule["times"] = .number(Decimal(times)) }
    server.sandbox.faults.add([try Fault(rule)])
  }

  /// Takes a field off every screen.
  func takeOffScreens(_ id: String) throws {
    try server.sandbox.configure { site throws(Refusal) in
      site.set(
        fields: site.fields.map { field in
          var field = field
          if field.id == id {
            field.isOnCreateScreen = false
            field.isOnEditScreen = false
          }
          return field
        })
    }
  }

  /// JIRA no longer says which options its fields have.
  func hideOptions() throws { try tellScreens { $0["allowedValues"] = nil } }

  /// JIRA has no such option yet.
  func hideOption(_ text: String) throws {
    try tellScreens { field in
      guard let options = field["allowedValues"]?.array else { return }
      field["allowedValues"] = .array(options.filter { $0["value"]?.string != text })
    }
  }

  private func tellScreens(_ change: (inout [String: JSON]) -> Void) throws {
    let path = "/issue/createmeta/SCRSKY/issuetypes/10001"
    var metadata = try ask("GET", path + "?maxResults=200")
    let fields = (metadata["fields"]?.array ?? []).map { field in
      var members = field.object ?? [:]
      change(&members)
      return JSON.object(members)
    }
    metadata["fields"] = .array(fields)
    try fail("GET", path, ["status": 200, "body": metadata], times: nil)
  }

  /// Nothing goes wrong any more.
  func heal() { server.sandbox.faults.clear() }

  // MARK: What was asked

  /// The calls since the log was last cleared, oldest first.
  func calls() -> [SeenCall] {
    server.sandbox.log.entries(since: 0).map {
      SeenCall(
        method: $0.method, path: $0.path.replacing(api, with: "", maxReplacements: 1),
        status: $0.status)
    }
  }

  /// The calls that write something.
  func writes() -> [SeenCall] {
    calls().filter { call in
      ["POST", "PUT", "DELETE"].contains(call.method)
        && !["/search/jql", "/search", "/issue/bulkfetch"].contains(call.path)
    }
  }

  /// The calls that make issues.
  func creations() -> [SeenCall] {
    calls().filter { $0.method == "POST" && ["/issue", "/issue/bulk"].contains($0.path) }
  }

  /// Starts the log anew.
  func forgetCalls() { server.sandbox.log.clear() }

  /// JIRA did not do what a test took for granted.
  struct Unexpected: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }
}
