import HTTP
import Jira

/// The channels that are configured, and what goes there.
package struct ChannelSettings: Sendable {
  /// The server for mail, with sender and recipients; nil where mail is not configured.
  package var mail: (server: MailServer, sender: Mailbox, recipients: [Mailbox])?
  /// The address of Slack's webhook.
  package var slackWebhook: Secret?
  /// What goes where.
  package var notifications = NotificationSettings()
}
