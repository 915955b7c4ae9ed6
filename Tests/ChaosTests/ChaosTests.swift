import Foundation
import TestSupport
import Testing

@testable import Chaos

/// Real workers on a cluster of their own, which is broken in every way there is.
struct ChaosTests {
  @Test(.requiresPostgres)
  func `nothing is lost, done twice or left over, whatever breaks`() async throws {
    let outcome = try await run("--short")
    #expect(outcome.status == 0, "\(outcome.output)")
    // A fault that was skipped proves nothing.
    for scenario in Scenario.all {
      #expect(outcome.output.contains(scenario.name), "\(outcome.output)")
    }
    print(outcome.output)
  }

  @Test
  func `a row of the table is good only where everything is`() {
    var good = Verdict(scenario: "none", changes: 10)
    good.before = 100
    good.after = 90
    good.recovery = .zero
    #expect(good.isGood)
    let mistakes: [WritableKeyPath<Verdict, Int>] = [
      \.lost, \.stale, \.twice, \.left, \.unexpectedExits,
    ]
    for mistake in mistakes {
      var bad = good
      bad[keyPath: mistake] = 1
      #expect(!bad.isSafe)
    }
    var slow = good
    slow.after = 89
    #expect(!slow.isGood)
    #expect(slow.isSafe)
    var hung = good
    hung.recovery = nil
    #expect(!hung.isSafe)
    var idle = good
    idle.changes = 0
    #expect(!idle.isGood)
  }

  @Test(.requiresPostgres, arguments: [["--rounds", "2"], ["--rounds", "1", "--forgets"]])
  func `a promotion that loses commits makes no issue twice, unless the server is forgotten`(
    options: [String]
  ) async throws {
    let outcome = try await run(["promotion"] + options)
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.contains("FAILED") == options.contains("--forgets"))
    print(outcome.output)
  }

  private func run(_ argument: String) async throws -> (status: Int32, output: String) {
    try await run([argument])
  }

  private func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../..").standardizedFileURL
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["bash", root.appending(path: "scripts/chaos").path] + arguments
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "JIRA_SYNC_CHAOS": try Self.executable().path,
    ]
    let output = FileManager.default.temporaryDirectory
      .appending(path: "chaos-\(UUID().uuidString).log")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer {
      do { try FileManager.default.removeItem(at: output) } catch { print("left: \(error)") }
    }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = process.standardOutput
    let (ended, end) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = {
      end.yield($0.terminationStatus)
      end.finish()
    }
    try process.run()
    var status: Int32 = -1
    for await value in ended { status = value }
    return (status, try String(contentsOf: output, encoding: .utf8))
  }

  /// The program, beside the tests' own bundle.
  static func executable() throws -> URL {
    var arguments = CommandLine.arguments.makeIterator()
    while let argument = arguments.next() {
      if argument == "--test-bundle-path", let path = arguments.next() {
        return URL(filePath: path).deletingLastPathComponent().appending(path: "Chaos")
      }
    }
    return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "Chaos")
  }
}
