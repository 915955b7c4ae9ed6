/// The workflow has no way from an issue's status to the one that is wanted.
struct NoTransitionPath: Error, CustomStringConvertible {
  let from: String
  let target: String
  /// The statuses that can be reached from here.
  let reachable: [String]
  /// Why the steps that lead there cannot be taken.
  let obstacles: [String]

  var description: String {
    let ways =
      reachable.isEmpty
      ? "no status can be reached from there"
      : "from there only \(reachable.joined(separator: ", ")) can be reached"
    let because = obstacles.isEmpty ? "" : "; " + obstacles.joined(separator: "; ")
    return """
      the workflow has no way from \(from) to \(target): \(ways)\(because). Move the issue by hand, or give this account \
      the transition.
      """
  }
}
