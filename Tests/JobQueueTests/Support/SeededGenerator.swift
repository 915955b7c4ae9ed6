#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Random numbers that can be had again: SplitMix64 from a seed, which `JIRA_SYNC_TEST_SEED` may give.
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Prints its seed, so that a failure can be had again.
  init(for test: String) {
    let given = ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_SEED"].flatMap(UInt64.init)
    self.init(seed: given ?? .random(in: .min ... .max))
    print("\(test): JIRA_SYNC_TEST_SEED=\(seed)")
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
