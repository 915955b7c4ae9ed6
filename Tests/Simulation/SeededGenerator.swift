import FoundationEssentials

/// Random numbers that follow from a seed, on every machine the same: SplitMix64 (Steele, Lea, Flood 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// What all numbers follow from.
  package let seed: UInt64
  private var state: UInt64

  /// Begins with a seed.
  package init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Begins with the seed of this test run, and prints it.
  ///
  /// - Parameter test: what the numbers are for, printed beside the seed.
  package init(for test: String) {
    self.init(seed: Self.givenSeed ?? .random(in: .min ... .max))
    print("\(test): JIRA_SYNC_TEST_SEED=\(seed)")
  }

  /// The seed of a test run that needs only one: `JIRA_SYNC_TEST_SEED`, or a new one, which is printed.
  package static let runSeed: UInt64 = {
    let seed = givenSeed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("JIRA_SYNC_TEST_SEED=\(seed)")
    return seed
  }()

  private static var givenSeed: UInt64? {
    ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_SEED"].flatMap { UInt64($0) }
  }

  /// The next number.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// Whether something happens that happens once in so many times.
  package mutating func happens(oneIn times: Int) -> Bool {
    Int.random(in: 0..<times, using: &self) == 0
  }

  /// Whether something happens that happens so many times in a hundred.
  package mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &self) < percent
  }

  /// One of some values.
  package mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &self)]
  }
}
