/// The ids to give next; none is given twice, deleted issues included.
struct Counters: Codable, Sendable, Hashable {
  var issue = 10_001
  /// The number of the next key: keys start at 1001.
  var key = 1001
  var child = 10_000

  mutating func take(_ counter: WritableKeyPath<Counters, Int>) -> Int {
    defer { self[keyPath: counter] += 1 }
    return self[keyPath: counter]
  }
}
