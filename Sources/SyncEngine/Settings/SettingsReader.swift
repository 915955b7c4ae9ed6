import FoundationEssentials
import JSON
import Mapping
import Planning

/// Reads settings, and collects everything that is wrong with them.
struct SettingsReader {
  let file: String
  private(set) var issues: [MappingError.Issue] = []

  /// Keys of `poll` and `sweep` that say when they run, which concerns the schedules.
  private static let scheduleKeys = ["interval"]

  init(file: String) { self.file = file }

  mutating func read(_ settings: [String: JSON], into result: inout SyncSettings) {
    if let poll = members(settings["poll"], "poll", ["overlap", "behind_after"]) {
      duration(
        poll["overlap"], "poll.overlap", in: .zero ... .seconds(86_400), into: &result.pollOverlap)
      duration(
        poll["behind_after"], "poll.behind_after", in: .seconds(60) ... .seconds(604_800),
        into: &result.pollBehindAfter)
    }
    if let sweep = members(settings["sweep"], "sweep", ["may_miss"]) {
      share(sweep["may_miss"], "sweep.may_miss", into: &result.sweepMayMiss)
    }
    policy(settings["on_row_deleted"], "on_row_deleted", into: &result.onRowDeleted)
    policy(settings["on_issue_deleted"], "on_issue_deleted", into: &result.onIssueDeleted)
    if let breaker = members(settings["breaker"], "breaker", ["changes", "within"]) {
      if let value = breaker["changes"] {
        if let number = value.integer, (2...10_000).contains(number) {
          result.breaker.changes = number
        } else {
          add("breaker.changes is \(value.text); write a whole number from 2 to 10000")
        }
      }
      duration(
        breaker["within"], "breaker.within", in: .seconds(10) ... .seconds(604_800),
        into: &result.breaker.within)
    }
  }

  private mutating func members(
    _ json: JSON?, _ name: String, _ known: [String]
  ) -> [String: JSON]? {
    guard let json, !json.isNull else { return nil }
    guard let members = json.object else {
      add("\(name) is \(json.text); write keys under it: \(known.joined(separator: ", "))")
      return nil
    }
    let all = known + (name == "breaker" ? [] : Self.scheduleKeys)
    for key in members.keys.sorted() where !all.contains(key) {
      add(
        "\(name) has no key '\(key)'; it has \(known.joined(separator: ", "))"
          + Spelling.hint(key, in: known))
    }
    return members
  }

  private mutating func policy(_ json: JSON?, _ name: String, into value: inout DeletionPolicy) {
    guard let json, !json.isNull else { return }
    guard let policy = json.string.flatMap(DeletionPolicy.init) else {
      let known = DeletionPolicy.allCases.map(\.rawValue)
      add(
        "\(name) is \(json.text); write \(known.joined(separator: ", "))"
          + Spelling.hint(json.string ?? "", in: known))
      return
    }
    value = policy
  }

  private mutating func share(_ json: JSON?, _ name: String, into value: inout Double) {
    guard let json, !json.isNull else { return }
    var text = json.string ?? json.text
    let isPercent = text.hasSuffix("%")
    if isPercent { text.removeLast() }
    guard let number = Double(text), (0...1).contains(isPercent ? number / 100 : number) else {
      add("\(name) is \(json.text); write a share such as 20%")
      return
    }
    value = isPercent ? number / 100 : number
  }

  private mutating func duration(
    _ json: JSON?, _ name: String, in range: ClosedRange<Duration>, into value: inout Duration
  ) {
    guard let json, !json.isNull else { return }
    guard let duration = Self.duration(json.string ?? json.text) else {
      add("\(name) is \(json.text); write a time such as 30s, 5m, 2h or 1d")
      return
    }
    guard range.contains(duration) else {
      add(
        "\(name) is \(json.text); it takes from \(range.lowerBound.components.seconds)s to "
          + "\(range.upperBound.components.seconds)s")
      return
    }
    value = duration
  }

  /// A number with `s`, `m`, `h` or `d`; a number alone is seconds.
  static func duration(_ text: String) -> Duration? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    var digits = text[...]
    var unit = 1.0
    if let last = digits.last, let known = units[last] {
      unit = known
      digits = digits.dropLast()
    }
    guard let number = Double(digits), number >= 0, number < 1e9 else { return nil }
    return .seconds(number * unit)
  }

  private mutating func add(_ message: String) {
    issues.append(MappingError.Issue(message, file: file))
  }
}
