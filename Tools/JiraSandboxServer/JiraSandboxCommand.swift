import ArgumentParser
import Foundation
import JiraSandbox

/// The command `jira-sandbox`.
@main
struct JiraSandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jira-sandbox",
    abstract: "A JIRA to try and test against, on this machine, with its state in a file.",
    discussion: """
      Speaks REST version 3 and 2 as JIRA Cloud does, or version 2 as Data Center does, and shows \
      its issues to a browser, where they can be moved and edited. Its project is SCRSKY; keys start \
      at SCRSKY-1001. Without --credentials there are sandbox@example.com with the token sandbox, and \
      alex@example.com with the token alex.

      With --admin, tests and load runs can look at it and break it:
        GET|DELETE /sandbox/admin/requests   the log of requests
        POST   /sandbox/admin/faults         what goes wrong next, such as {"times": 1,
                                             "match": {"method": "POST", "pathPrefix": "/rest/api/3/issue"},
                                             "action": "reset-after-commit"}. Actions: {"latency": ms},
                                             {"status": n, "headers": {}, "body": …}, reset-before,
                                             reset-after-commit, hang, truncate, rate-limit-burst,
                                             rate-limit-issue, rate-limit-quota, rate-limit-reset,
                                             rate-limit-html, unavailable, unavailable-for,
                                             unavailable-until, bad-gateway, internal-error;
                                             "skip": n lets n requests pass first
        DELETE /sandbox/admin/faults         nothing goes wrong any more
        POST   /sandbox/admin/move           {"issue": key, "key": new}: to another project
        POST   /sandbox/admin/hold           {"issue": key, "held": true}: search does not see its writes
        POST   /sandbox/admin/index          {"lagMilliseconds": 5000}: search sees writes that much later
        POST   /sandbox/admin/hide           {"issue": key, "hidden": true}: as behind a security level
        POST   /sandbox/admin/archive        {"issue": key, "archived": true}: can be read, not changed
        POST   /sandbox/admin/project        {"key": new}: the project gets another key
        POST   /sandbox/admin/storage        {"field": "Notes", "on": ["edit"], "effect": "ignore"}: not stored, or round,
                                             drop, lower, minute; DELETE: everything is stored again
        POST   /sandbox/admin/limits         {"document": 20000, "paragraphEnds": true}: how long a document may be
        POST   /sandbox/admin/resolutions    {"name": …}: a resolution of one's own
        POST   /sandbox/admin/fields         {"name": …, "type": "select", "options": […]}: a new field
        PUT    /sandbox/admin/fields/FIELD   any of name, required, createScreen, editScreen, options,
                                             disabledOptions
        POST   /sandbox/admin/fields/FIELD/duplicate   another field of the same name
        DELETE /sandbox/admin/fields/FIELD   the field is gone
        POST   /sandbox/admin/people         {"email": …, "token": …}: a new user
        PUT    /sandbox/admin/people/EMAIL   any of token, timeZone, language, administrator, browse, edit

      Examples:
        jira-sandbox --port 8079 --state sandbox.json
        jira-sandbox --deployment server --index-lag 5 --admin
        jira-sandbox --credentials ada@example.com:secret --administrator ada@example.com
      """)

  @Option(help: "The port to listen on; 0 takes a free one.")
  var port = 8079

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The file that keeps the state; without it, nothing outlives the process.")
  var state: String?

  @Option(help: "Which product to play: cloud or server.")
  var deployment = Deployment.cloud

  @Option(help: "A person as email:token; may be given several times.")
  var credentials: [Credentials] = []

  @Option(
    help: ArgumentHelp(
      "Who may configure the site; may be given several times.", valueName: "email"))
  var administrator: [String] = []

  @Option(
    help: ArgumentHelp(
      "The time zone of a user's profile, such as alex@example.com=Asia/Tokyo; may be given several times.",
      valueName: "email=zone"))
  var timeZone: [String] = []

  @Option(
    help: ArgumentHelp(
      "The language of an account's profile: en, de, fr or ja, such as alex@example.com=de; may be given several times.",
      valueName: "email=language"))
  var language: [String] = []

  @Option(help: "Seconds until search sees a write.")
  var indexLag = 0.0

  @Option(help: "The zone of timestamps, an IANA name.")
  var siteZone = "Europe/Berlin"

  @Option(
    help: ArgumentHelp(
      "Append every request and its answer to a file, a line of JSON each.", valueName: "file"))
  var record: String?

  @Flag(help: "Serve /sandbox/admin: the log of requests, faults, fields, people.")
  var admin = false

  @Flag(help: "Answer 429 to requests that come too fast, by the limits of Cloud.")
  var rateLimits = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
    guard (0...86_400).contains(indexLag) else {
      throw ValidationError("--index-lag must be 0 to 86400 seconds.")
    }
    _ = try people()
  }

  func run() async throws {
    var options = SandboxOptions()
    options.host = host
    options.port = port
    options.stateFile = state
    options.deployment = deployment
    options.indexLag = .milliseconds(Int64(indexLag * 1000))
    options.siteZone = siteZone
    options.hasAdmin = admin
    options.hasRateLimits = rateLimits
    options.recordFile = record
    options.people = try people()
    do {
      let server = try await SandboxServer.start(options, signals: true)
      // Written at once, also into a pipe: scripts wait for this line.
      FileHandle.standardOutput.write(Data("jira-sandbox listening on \(server.baseURL)\n".utf8))
      try await server.wait()
    } catch {
      FileHandle.standardError.write(Data("jira-sandbox: \(error)\n".utf8))
      throw ExitCode(error is SandboxError ? 78 : 1)
    }
  }

  /// Who has an account, with what the options say of each.
  private func people() throws(ValidationError) -> [Person] {
    var people = credentials.isEmpty ? Person.standard : credentials.map(\.person)
    func place(of email: String, _ option: String) throws(ValidationError) -> Int {
      if let place = people.firstIndex(where: { $0.email == email }) { return place }
      let known = people.map(\.email).joined(separator: ", ")
      throw ValidationError("\(option) names \(email), but there are only \(known).")
    }
    for email in administrator {
      people[try place(of: email, "--administrator")].isAdministrator = true
    }
    for text in timeZone {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw ValidationError("--time-zone takes email=zone, such as alex@example.com=Asia/Tokyo.")
      }
      people[try place(of: parts[0], "--time-zone")].timeZone = parts[1]
    }
    for text in language {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let language = Language(rawValue: parts[1]) else {
        throw ValidationError("--language takes email=language, such as alex@example.com=de.")
      }
      people[try place(of: parts[0], "--language")].language = language
    }
    return people
  }
}
