import HTTP
import Jira
import Notifications
import SyncConfiguration

extension ChannelSettings {
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
