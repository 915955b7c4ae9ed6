import HTTP
import Jira

extension Settings {
  private static let serverExample = "SMTP_URL=smtps://user:password@mail.example.com:465"
  private static let senderExample = "NOTIFY_EMAIL_FROM=jira-sync@example.com"
  private static let recipientsExample = "NOTIFY_EMAIL_TO=ada@example.com,grace@example.com"
  private static let webhookExample =
    "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T000/B000/…"

  /// The channels, from `SMTP_URL`, `NOTIFY_EMAIL_FROM`, `NOTIFY_EMAIL_TO` and `SLACK_WEBHOOK_URL`, and the section
  /// `notifications` of the configuration file.
  ///
  /// - Parameter file: what the configuration file says.
  /// - Returns: the channels.
  /// - Throws: `SettingsError` with everything that is missing or malformed.
  package func channels(_ file: ConfigurationFile) throws -> ChannelSettings {
    var problems: [SettingsProblem] = []
    var channels = ChannelSettings()
    do { channels.mail = try mail() } catch { problems += error.problems }
    do { channels.slackWebhook = try slackWebhook() } catch { problems += error.problems }
    guard problems.isEmpty else { throw SettingsError(problems) }
    channels.notifications = file.notifications
    return channels
  }

  /// Where JIRA is, for links in messages; nil where that is not configured.
  package var siteForLinks: String? {
    // A malformed address is reported where JIRA is called.
    values["JIRA_BASE_URL"].flatMap {
      try? JiraConfiguration(baseURL: $0, credentials: .anonymous).siteURL
    }
  }

  private func mail() throws(SettingsError)
    -> (server: MailServer, sender: Mailbox, recipients: [Mailbox])?
  {
    guard let url = values["SMTP_URL"] else { return nil }
    var problems: [SettingsProblem] = []
    var server: MailServer?
    do throws(MailServer.Refusal) {
      server = try MailServer(url)
    } catch {
      problems.append(
        SettingsProblem(
          variable: "SMTP_URL", found: error.description, example: Self.serverExample))
    }
    let sender = values["NOTIFY_EMAIL_FROM"].flatMap { Mailbox($0) }
    if sender == nil {
      problems.append(
        SettingsProblem(
          variable: "NOTIFY_EMAIL_FROM",
          found: values["NOTIFY_EMAIL_FROM"].map { "found '\($0)', which is no e-mail address" }
            ?? "it is not set, but SMTP_URL is", example: Self.senderExample))
    }
    let recipients = values["NOTIFY_EMAIL_TO"].flatMap(Mailbox.list)
    if recipients == nil {
      problems.append(
        SettingsProblem(
          variable: "NOTIFY_EMAIL_TO",
          found: values["NOTIFY_EMAIL_TO"].map {
            "found '\($0)', which is no list of e-mail addresses"
          } ?? "it is not set, but SMTP_URL is", example: Self.recipientsExample))
    }
    guard let server, let sender, let recipients else { throw SettingsError(problems) }
    return (server, sender, recipients)
  }

  private func slackWebhook() throws(SettingsError) -> Secret? {
    guard let webhook = secret("SLACK_WEBHOOK_URL") else { return nil }
    if let flaw = HTTPRequest.flaw(ofAddress: webhook.revealed) {
      throw SettingsError(
        variable: "SLACK_WEBHOOK_URL", found: flaw, example: Self.webhookExample)
    }
    return webhook
  }
}

/// The channels that are configured, and what goes there.
package struct ChannelSettings: Sendable {
  /// The server for mail, with sender and recipients; nil where mail is not configured.
  package var mail: (server: MailServer, sender: Mailbox, recipients: [Mailbox])?
  /// The address of Slack's webhook.
  package var slackWebhook: Secret?
  /// What goes where.
  package var notifications = NotificationSettings()
}
