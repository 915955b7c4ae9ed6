import Synchronization

/// The faults that wait for a request.
final class FaultRules: Sendable {
  private let rules = Mutex<[Fault]>([])

  func add(_ faults: [Fault]) { rules.withLock { $0 += faults } }
  func clear() { rules.withLock { $0 = [] } }

  /// The action of the first rule that applies; counts it as used.
  func take(method: String, path: String) -> Fault.Action? {
    rules.withLock { rules in
      guard
        let place = rules.firstIndex(where: {
          ($0.method ?? method) == method && path.hasPrefix($0.pathPrefix) && $0.times != 0
        })
      else { return nil }
      let action = rules[place].action
      if let times = rules[place].times { rules[place].times = times - 1 }
      rules.removeAll { $0.times == 0 }
      return action
    }
  }
}
