import Planning
import Yams

/// Reads `poll`, `sweep`, `on_row_deleted`, `on_issue_deleted` and `breaker`.
enum SyncSection {
  /// Reads one of them.
  static func read(
    _ key: String, _ node: Node, into file: inout ConfigurationFile,
    _ issues: inout ConfigurationIssues
  ) {
    switch key {
    case "poll": poll(node, into: &file, &issues)
    case "sweep": sweep(node, into: &file, &issues)
    case "breaker": breaker(node, into: &file.sync.breaker, &issues)
    case "on_row_deleted":
      file.sync.onRowDeleted =
        issues.choice(node, key, as: DeletionPolicy.self) ?? file.sync.onRowDeleted
    default:
      file.sync.onIssueDeleted =
        issues.choice(node, key, as: DeletionPolicy.self) ?? file.sync.onIssueDeleted
    }
  }

  private static func poll(
    _ node: Node, into file: inout ConfigurationFile, _ issues: inout ConfigurationIssues
  ) {
    let known = ["interval", "overlap", "behind_after"]
    for (key, _, value) in issues.members(node, "poll", known: known) ?? [] {
      switch key {
      case "interval": interval(value, of: "poll", into: &file.schedules, &issues)
      case "overlap":
        file.sync.pollOverlap =
          issues.duration(value, "poll.overlap", in: .zero ... .seconds(86_400))
          ?? file.sync.pollOverlap
      default:
        file.sync.pollBehindAfter =
          issues.duration(value, "poll.behind_after", in: .seconds(60) ... .seconds(604_800))
          ?? file.sync.pollBehindAfter
      }
    }
  }

  private static func sweep(
    _ node: Node, into file: inout ConfigurationFile, _ issues: inout ConfigurationIssues
  ) {
    for (key, _, value) in issues.members(node, "sweep", known: ["interval", "may_miss"]) ?? [] {
      switch key {
      case "interval": interval(value, of: "sweep", into: &file.schedules, &issues)
      default:
        file.sync.sweepMayMiss = issues.share(value, "sweep.may_miss") ?? file.sync.sweepMayMiss
      }
    }
  }

  private static func breaker(
    _ node: Node, into limits: inout OscillationLimits, _ issues: inout ConfigurationIssues
  ) {
    for (key, _, value) in issues.members(node, "breaker", known: ["changes", "within"]) ?? [] {
      switch key {
      case "changes":
        if let number = value.plainInt, (2...10_000).contains(number) {
          limits.changes = number
        } else {
          issues.add(
            "breaker.changes must be a whole number from 2 to 10000, but is "
              + ConfigurationIssues.kind(value), at: value)
        }
      default:
        limits.within =
          issues.duration(value, "breaker.within", in: .seconds(10) ... .seconds(604_800))
          ?? limits.within
      }
    }
  }

  private static func interval(
    _ node: Node, of name: String, into schedules: inout ScheduleSettings,
    _ issues: inout ConfigurationIssues
  ) {
    guard !node.isNull else { return }
    let text = node.plainInt.map { "\($0) seconds" } ?? node.string
    if let text, ScheduleSettings.isPlausible(text) {
      schedules.intervals[name] = text
    } else {
      issues.add(
        "\(name).interval is \(ConfigurationIssues.kind(node)); it takes a period such as 30 seconds, 5 minutes or "
          + "1 day, or five cron fields in UTC such as '*/5 * * * *'", at: node)
    }
  }
}
