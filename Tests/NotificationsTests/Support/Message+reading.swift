import SyncConfiguration

@testable import Notifications

extension Message {
  /// Its headline, as people see it.
  var headline: String { Headline(self).text }
  /// Its text, as people see it.
  var text: String { MessageText(self, site: "https://jira.example").text }
}

extension Cause {
  /// A cause of which something waits.
  static func example(
    _ fingerprint: String = "cause", kind: String = "poller_behind",
    severity: Severity = .warning, waiting: Int = 1, event: Int64 = 1
  ) -> Cause {
    Cause(
      fingerprint: fingerprint, issueKey: "", kind: kind, severity: severity,
      event: EventText(id: event, subject: "src/a.py", message: "It happened."),
      waiting: waiting, waitingSince: 1_000, waitingUntil: 1_000)
  }
}
