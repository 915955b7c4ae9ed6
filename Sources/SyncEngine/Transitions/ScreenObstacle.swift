/// A transition wants something that no column gives.
struct ScreenObstacle: Error, CustomStringConvertible {
  let transition: String
  let field: String
  /// The resolutions that the screen offers, where it asks for one.
  var offered: [String] = []

  var description: String {
    let text = "the transition \(transition) requires \(field), which no column gives"
    guard !offered.isEmpty else { return text }
    return text
      + "; of \(offered.prefix(10).joined(separator: ", ")) none is in 'resolved' of the status field in jira-sync.yaml"
  }
}
