import ArgumentParser
import Foundation
import JiraSandbox

/// The command `jira-sandbox`.
@main
struct JiraSandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jira-sandbox",
    abstract: "A JIRA to try and test against, on this machine, with its state in a file.")

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

  @Option(help: "Seconds until search sees a write.")
  var indexLag = 0.0

  @Option(help: "The zone of timestamps, an IANA name.")
  var siteZone = "Europe/Berlin"

  @Flag(help: "Serve /sandbox/admin: the log of requests, faults, moves.")
  var admin = false

  @Flag(help: "Answer 429 to requests that come too fast, by the limits of Cloud.")
  var rateLimits = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
    guard (0...86_400).contains(indexLag) else {
      throw ValidationError("--index-lag must be 0 to 86400 seconds.")
    }
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
    if !credentials.isEmpty { options.people = credentials.map(\.person) }
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
}
