import JSON
import Testing

@testable import Notifications

/// The section `notifications`: what it may say, and how it says what is wrong with it.
struct NotificationSettingsTests {
  private func problems(_ section: String) throws -> [String] {
    do throws(NotificationSettingsError) {
      _ = try NotificationSettings(try? JSON(parsing: section))
      return []
    } catch {
      return error.problems
    }
  }

  @Test func `without it mail and Slack get warnings and errors, and JIRA nothing`() throws {
    let settings = NotificationSettings()
    #expect(settings.rules.keys.sorted() == ["email", "slack"])
    #expect(settings.rules["email"]?.severity == .warning)
    #expect(settings.rules["email"]?.digest == .seconds(3_600))
    #expect(try NotificationSettings(.null) == settings)
  }

  @Test func `a channel is switched off and on, and says what goes there`() throws {
    let settings = try NotificationSettings(
      JSON(
        parsing: """
          {"digest": "15m", "email": false, "slack": {"severity": "error", "never": ["worker_lost"]},
            "jira": {"kinds": ["conflict", "row_refused"], "resolved": false}}
          """))
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

  @Test func `everything that is wrong is said, with what is allowed`() throws {
    #expect(
      try problems(
        """
        {"mail": {}, "email": {"severity": "loud", "kinds": ["job_died"], "digest": 15}, "slack": "on"}
        """) == [
          "unknown key 'mail' in notifications; allowed are email, slack, jira, digest",
          "notifications.email.severity is 'loud', but must be one of info, warning, error",
          "notifications.email.kinds names 'job_died', but the kinds are job_dead, row_refused, conflict, "
            + "circuit_opened, circuit_closed, poller_behind, schedule_missed, worker_lost, breaker_tripped, "
            + "backfill_finished, daily_summary, channel_failing, test",
          "notifications.email.digest is 15, but must be a length of time such as 15m, 1h or 1d",
          "notifications.slack is 'on', but must be a mapping with severity, kinds, also, never, resolved, digest",
        ])
  }

  @Test(
    "lengths of time",
    arguments: [("90s", 90), ("15m", 900), ("1h", 3_600), ("7d", 604_800), ("2w", 1_209_600)])
  func spans(text: String, seconds: Int) {
    #expect(TimeSpan.parse(text) == .seconds(seconds))
  }

  @Test(
    "no lengths of time",
    arguments: ["", "h", "0s", "-1h", "1.5h", "1y", "99999999999999w", "5000d"])
  func noSpans(text: String) {
    #expect(TimeSpan.parse(text) == nil)
  }
}
