/// Finds the known word that may have been meant.
package enum Spelling {
  /// The known words nearest to one that is unknown, at most three, the nearest first.
  static func near(_ word: String, in known: [String]) -> [String] {
    let limit = max(2, word.count / 3)
    let lower = word.lowercased()
    return known.map { (word: $0, distance: distance(lower, $0.lowercased())) }
      .filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
      .prefix(3).map(\.word)
  }

  /// "; did you mean 'a' or 'b'?", empty where nothing is near.
  package static func hint(_ word: String, in known: [String]) -> String {
    let near = near(word, in: known)
    guard !near.isEmpty else { return "" }
    return "; did you mean " + near.map { "'\($0)'" }.joined(separator: " or ") + "?"
  }

  /// How many letters must be put in, left out or replaced to make one word of the other.
  private static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first)
    let second = Array(second)
    guard !first.isEmpty else { return second.count }
    var row = Array(0...second.count)
    for (line, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (place, other) in second.enumerated() {
        let above = row[place + 1]
        row[place + 1] = min(above + 1, row[place] + 1, diagonal + (letter == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[second.count]
  }
}
