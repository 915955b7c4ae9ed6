import ArgumentParser
import Foundation

/// `Chaos creation`.
struct CreationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "creation",
    abstract:
      "Kills workers and cuts connections at every step of making issues; each row must have one.",
    discussion: """
      Every run takes new rows, single or in bulk, one worker or four, and a search that lags by nothing, \
      by 0.1 s or by 0.6 s, with looks after 0.04, 0.15, 0.4 and 0.9 s: as 0, 5 and 90 s with the looks that \
      are the default, divided by 150 or so. Its seed brings a run back: --seed N --runs 1.
      """)

  @OptionGroup var cluster: ClusterOption
  @Option(help: "How many runs.") var runs = 2_000
  @Option(help: "The seed of the first one.") var seed = UInt64.random(in: 0..<1_000_000_000)
  @Option(help: "How many go on at a time.") var lanes = 6
  @Option(help: "A mistake to make, which must be found.") var variant = CreationVariant.correct

  func run() async throws {
    let started = ContinuousClock.now
    print("creation, \(variant.rawValue): up to \(runs) runs from seed \(seed)")
    let outcome = try await CreationRun(
      cluster: cluster.uri, variant: variant, seed: seed, runs: runs, lanes: lanes,
      executable: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      folder: ProcessInfo.processInfo.environment["CHAOS_FOLDER"] ?? NSTemporaryDirectory()
    ).run()
    let took = (ContinuousClock.now - started).inSeconds.rounded()
    print(
      """
      \(outcome.runs) runs, \(outcome.rows) rows, \(outcome.issues) issues, workers killed in \(outcome.killed) runs, \
      \(outcome.looked) lookups of issues without an answer; \(Int(took)) s
      """)
    if let failure = outcome.failure { print("FAILED \(failure)") }
    if (outcome.failure == nil) != (variant == .correct) { throw ExitCode(1) }
  }
}

/// How workers make issues: as the product does, or with a mistake that must be found.
enum CreationVariant: String, CaseIterable, Sendable, ExpressibleByArgument {
  case correct
  /// A client that sends a POST without an answer again by itself.
  case retryingPost = "retrying-post"
  /// A search that does not wait for the index: the first no is believed.
  case searchWithoutLag = "search-without-lag"
  /// Neither label nor property goes with the creation.
  case noMarker = "no-marker"
}
