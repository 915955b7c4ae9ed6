import FoundationEssentials
import JSON
import SyncConfiguration

extension ChannelRule {
  /// The rule as `jira_sync.register_channels` takes it.
  ///
  /// - Parameters:
  ///   - name: the channel's name.
  ///   - byIssue: whether only events with an issue go there.
  /// - Returns: one element of its list.
  func announcement(name: String, byIssue: Bool) -> JSON {
    [
      "name": .string(name), "severity": .string(severity.rawValue),
      "kinds": kinds.map { .array($0.map(JSON.string)) } ?? .null,
      "also": .array(also.map(JSON.string)), "never": .array(never.map(JSON.string)),
      "resolved": .bool(resolved), "digest": .number(Decimal(digest.components.seconds)),
      "by_issue": .bool(byIssue),
    ]
  }
}
