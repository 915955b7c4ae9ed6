import ArgumentParser
import Simulation

/// Random histories of two people and a worker that crashes anywhere.
struct Histories: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "histories",
    abstract: "Runs random histories, and prints how many of them lost nothing.")

  @Option(help: "How many histories.") var histories = 1_000_000
  @Option(help: "The seed; another one each time where none is given.") var seed: UInt64?

  func run() async throws {
    let seed = seed ?? .random(in: 0...UInt64(UInt32.max))
    print("seed", seed)
    let batches = 20
    let right = try await withThrowingTaskGroup(of: Int.self) { group in
      for batch in 0..<batches {
        let count = histories / batches + (batch < histories % batches ? 1 : 0)
        group.addTask { try Self.run(count, seed: seed &+ UInt64(batch) &* 1_000_003) }
      }
      return try await group.reduce(0, +)
    }
    report("histories", Double(right))
  }

  /// Runs some histories one after the other.
  ///
  /// - Returns: how many lost nothing.
  private static func run(_ count: Int, seed: UInt64) throws -> Int {
    var generator = SeededGenerator(seed: seed)
    var right = 0
    for number in 0..<count {
      let world = try HistoryWorld.random(.correct, &generator)
      if world.violations.isEmpty {
        right += 1
      } else {
        print("seed \(seed), history \(number): \(world.violations)")
        for line in world.log { print("  \(line)") }
      }
    }
    return right
  }
}
