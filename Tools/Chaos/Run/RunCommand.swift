import ArgumentParser
import Foundation

/// `Chaos run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Strikes real workers with every kind of fault, one by one.",
    discussion: "scripts/chaos prepares a cluster for it that may be broken.")

  @OptionGroup var cluster: ClusterOption
  @Flag(help: "Short leases and short strikes, for the tests.") var short = false
  @Option(help: "Only faults whose name holds this.") var only: String?

  func run() async throws {
    let site = Site.fromEnvironment(cluster: try cluster.uri)
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var verdicts: [Verdict] = []
    for scenario in Scenario.all where only.map(scenario.name.contains) ?? true {
      if scenario.pooling != nil, site.bouncer == nil {
        print("\(scenario.name): skipped, PgBouncer is not installed")
        continue
      }
      if scenario.name == "Postgres restart", site.restartCommand == nil {
        print("\(scenario.name): skipped, this cluster must not be restarted")
        continue
      }
      let verdict = try await scenario.run(
        on: site, pace: short ? .short : .full, executable: executable)
      verdicts.append(verdict)
      FileHandle.standardError.write(Data((verdict.cells.joined(separator: "  ") + "\n").utf8))
    }
    print(Verdict.table(verdicts))
    if !verdicts.allSatisfy(\.isSafe) { throw ExitCode(1) }
  }
}
