import Mapping
import Testing

@testable import SyncConfiguration

/// The section `notifications`: what it may say, and how it says what is wrong with it.
struct NotificationsSectionTests {
  private func settings(_ section: String) throws -> NotificationSettings {
    try ConfigurationFile(yaml: "notifications: \(section)", file: "f.yaml").notifications
  }

  private func problems(_ section: String) -> [String] {
    do throws(MappingError) {
      _ = try ConfigurationFile(yaml: "notifications:\n\(section)", file: "f.yaml")
      return []
    } catch {
      return error.issues.map(\.description)
    }
  }

  @Test func `without it mail and Slack get warnings and errors, and JIRA nothing`() throws {
    let settings = NotificationSettings()
    #expect(settings.rules.keys.sorted() == ["email", "slack"])
    #expect(settings.rules["email"]?.severity == .warning)
    #expect(settings.rules["email"]?.digest == .seconds(3_600))
    #expect(try self.settings("") == settings)
  }

  @Test func `a channel is switched off and on, and says what goes there`() throws {
    let settings = try settings(
      """
      {digest: 15m, email: false, slack: {severity: error, never: [worker_lost]},
        jira: {kinds: [conflict, row_refused], resolved: false}}
      """)
    #expect(settings.rules["email"] == nil)
    #expect(settings.rules["slack"]?.severity == .error)
    #expect(settings.rules["slack"]?.never == ["worker_lost"])
    #expect(settings.rules["slack"]?.digest == .seconds(900))
    let jira = try #require(settings.rules["jira"])
    #expect(jira.kinds == ["conflict", "row_refused"])
    #expect(jira.severity == .info)
    #expect(jira.also.isEmpty)
    #expect(!jira.resolved)
  }

  @Test func `everything that is wrong is said, with its place and what is allowed`() {
    let kinds = EventKind.allCases.map(\.rawValue).joined(separator: ", ")
    #expect(
      problems(
        """
          mail: {}
          email: {severity: loud, kinds: [job_died], digest: 15}
          slack: often
        """) == [
          "f.yaml:2:3: unknown key 'mail' in notifications; did you mean 'email'?; allowed are email, slack, jira, digest",
          "f.yaml:3:21: notifications.email.severity is 'loud', but must be one of info, warning, error",
          "f.yaml:3:34: notifications.email.kinds names 'job_died', but the kinds are \(kinds)",
          "f.yaml:3:54: notifications.email.digest is '15', but must be a length of time such as 15m, 1h or 1d",
          "f.yaml:4:10: notifications.slack must be a mapping of keys to values, but is 'often'",
        ])
  }

  @Test(arguments: [("90s", 90), ("15m", 900), ("1h", 3_600), ("7d", 604_800), ("2w", 1_209_600)])
  func `lengths of time`(text: String, seconds: Int) {
    #expect(TimeSpan.parse(text) == .seconds(seconds))
  }

  @Test(arguments: ["", "h", "0s", "-1h", "1.5h", "1y", "99999999999999w", "5000d"])
  func `no lengths of time`(text: String) {
    #expect(TimeSpan.parse(text) == nil)
  }
}
