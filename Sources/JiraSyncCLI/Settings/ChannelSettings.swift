import HTTP
import Jira
import Notifications

/// The channels that are configured, and what goes there.
struct ChannelSettings: Sendable {
  /// The server for mail, with sender and recipients; nil where mail is not configured.
  var mail: (server: MailServer, sender: Mailbox, recipients: [Mailbox])?
  /// The address of Slack's webhook.
  var slackWebhook: Secret?
  /// What goes where.
  var notifications = NotificationSettings()

  /// Makes the channels.
  ///
  /// - Parameters:
  ///   - site: where JIRA is, for links; nil leaves them out.
  ///   - jira: the way to JIRA, for comments.
  ///   - transport: what sends.
  /// - Returns: those that are configured and not switched off.
  func channels(
    site: String?, jira: (@Sendable () -> JiraClient?)? = nil,
    transport: any HTTPTransport & MailTransport
  ) -> Channels {
    Channels(
      Channels.Ingredients(
        mail: mail, slackWebhook: slackWebhook?.revealed, site: site, jira: jira,
        transport: transport),
      settings: notifications)
  }
}
