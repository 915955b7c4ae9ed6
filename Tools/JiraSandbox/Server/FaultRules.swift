import Synchronization

/// The faults that wait for a request.
final class FaultRules: Sendable {
  private let rules = Mutex<[Fault]>([])

  func add(_ faults: [Fault]) { rules.withLock { $0 += faults } }
  var count: Int { rules.withLock { $0.count } }
  func clear() { rules.withLock { $0 = [] } }

  /// The action of the first rule that applies; counts it as used.
  func take(method: String, path: String) -> Fault.Action? {
    rules.withLock { rules in
      guard
        let place = rules.firstIndex(where: { $0.applies(to: method, path) && $0.times != 0 })
      else { return nil }
      guard rules[place].skip == 0 else {
        rules[place].skip -= 1
        return nil
      }
      let action = rules[place].action
      if let times = rules[place].times { rules[place].times = times - 1 }
      rules.removeAll { $0.times == 0 }
      return action
    }
  }
}
