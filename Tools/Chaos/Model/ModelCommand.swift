import ArgumentParser

/// `Chaos model`.
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Drives random schedules of workers and changes against the queue's functions.")

  @OptionGroup var cluster: ClusterOption

  @Option(help: "How many schedules.") var schedules = 5_000
  @Option(help: "The seed of the first one.") var seed = UInt64.random(in: 0..<1_000_000_000)
  @Option(help: "How many databases are worked on at a time.") var lanes = 4
  @Option(help: "A mistake to put into the queue, which must be found.")
  var variant = ModelVariant.correct

  func run() async throws {
    let started = ContinuousClock.now
    let outcome = try await ModelRun(
      cluster: cluster.uri, variant: variant, seed: seed, schedules: schedules, lanes: lanes
    ).run()
    let took = ContinuousClock.now - started
    print("\(variant.rawValue): \(outcome.schedules) schedules from seed \(seed) in \(took)")
    if let failure = outcome.failure { print(failure) }
    let isAsExpected = (outcome.failure == nil) == (variant == .correct)
    if !isAsExpected { throw ExitCode(1) }
  }
}

extension ModelVariant: ExpressibleByArgument {}
