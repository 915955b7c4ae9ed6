/// Where a schedule can make a function of the queue stop.
enum StopPlace: String, CaseIterable {
  /// A claim has seen jobs and has not locked them yet.
  case beforeLocks = "before-locks"
  /// A claim has locked jobs, and has not looked yet whether their keys run.
  case beforeSecondLook = "before-second-look"
  /// A claim has found other waiting jobs of its keys, and has not merged them yet.
  case beforeMerge = "before-merge"
  /// A claim has decided which jobs it takes.
  case beforeLeases = "before-leases"
  /// A rescue has seen expired leases and has not locked their jobs yet.
  case inRescue = "in-rescue"

  /// The places in a claim.
  static let ofClaim: [StopPlace] = [.beforeLocks, .beforeSecondLook, .beforeMerge, .beforeLeases]

  /// The function, a piece of its text, and what stands there instead.
  var patch: (function: String, piece: String, stop: String) {
    let stop = "model.stop_at('\(rawValue)')"
    let (function, piece, replacement) =
      switch self {
      case .beforeLocks:
        (
          "jira_sync.due_jobs", "and (not careful or coalesce(",
          "and \(stop) and (not careful or coalesce("
        )
      case .beforeSecondLook:
        (
          "jira_sync.claim", "chosen := cardinality(ids);",
          "perform \(stop); chosen := cardinality(ids);"
        )
      case .beforeMerge:
        (
          "jira_sync.claim", "ids := ids || case when shared",
          "perform \(stop); ids := ids || case when shared"
        )
      case .beforeLeases:
        ("jira_sync.claim", "return query", "perform \(stop); return query")
      case .inRescue:
        (
          "jira_sync.rescue", "where j.state = 'running' and j.worker <> me",
          "where j.state = 'running' and j.worker <> me and \(stop)"
        )
      }
    return (function, piece, replacement)
  }
}
