import ArgumentParser
import Foundation
import HTTP

/// Tells the sandbox something, where no curl is installed.
struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox", abstract: "Sends a request to the sandbox and prints the answer.")

  @Option(help: "The sandbox.")
  var sandbox: String

  @Argument(help: "The verb.")
  var method: String

  @Argument(help: "The path.")
  var path: String

  @Argument(help: "The body, JSON.")
  var body: String?

  func run() async throws {
    let login = Data("sandbox@example.com:sandbox".utf8).base64EncodedString()
    let transport = CurlClient()
    let response = try await transport.send(
      HTTPRequest(
        method: method, url: sandbox + path,
        headers: [
          (name: "Authorization", value: "Basic \(login)"),
          (name: "Content-Type", value: "application/json"),
        ], body: body.map { Data($0.utf8) }))
    await transport.shutdown()
    guard (200..<300).contains(response.status) else {
      throw BenchError("the sandbox answered \(response.status) to \(method) \(path)")
    }
    print(String(decoding: response.body, as: UTF8.self))
  }
}
