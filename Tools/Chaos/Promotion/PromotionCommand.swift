import ArgumentParser
import Foundation

/// `Chaos promotion`.
struct PromotionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promotion",
    abstract: "Promotes a standby that lacks the last commits; each row must have one issue.",
    discussion: """
      Every round makes a standby of the primary with streaming replication, lets workers make issues while the standby \
      receives nothing any more, kills the primary, promotes the standby, and lets workers go on there.
      """)

  @OptionGroup var cluster: ClusterOption
  @Option(help: "How many rounds.") var rounds = 5
  @Option(help: "The seed of the first one.") var seed = UInt64.random(in: 0..<1_000_000_000)
  @Flag(help: "Forget the server, as a worker without the check would: that must be found.")
  var forgets = false

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    guard let helper = environment["CHAOS_STANDBY"], let standby = environment["CHAOS_STANDBY_URL"]
    else {
      throw UsageError(message: "scripts/chaos promotion sets CHAOS_STANDBY and CHAOS_STANDBY_URL")
    }
    print(
      "promotion\(forgets ? ", forgetting the server" : ""): \(rounds) rounds from seed \(seed)")
    var (rows, lost) = (0, 0)
    var failure: String?
    for number in 0..<UInt64(rounds) where failure == nil {
      let round = try PromotionRound(
        cluster: cluster.uri, standby: standby, helper: helper, seed: seed &+ number,
        forgets: forgets,
        executable: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
        folder: environment["CHAOS_FOLDER"] ?? NSTemporaryDirectory())
      let outcome = try await round.perform()
      rows += outcome.rows
      lost += outcome.lost
      failure = outcome.failure.map { "seed \(seed &+ number): \($0)" }
    }
    print("\(rows) rows, the links of \(lost) were lost with the primary")
    if let failure { print("FAILED \(failure)") }
    if (failure == nil) == forgets || lost == 0 { throw ExitCode(1) }
  }
}
