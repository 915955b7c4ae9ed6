import HTTP
import JSON
import Jira
import Postgres
import SyncConfiguration

/// The channels that are configured, and what goes there.
public struct Channels: Sendable {
  /// What channels are made of.
  public struct Ingredients: Sendable {
    /// The server for mail, with sender and recipients.
    public var mail: (server: MailServer, sender: Mailbox, recipients: [Mailbox])?
    /// The address of Slack's webhook.
    public var slackWebhook: String?
    /// Where JIRA is, for links.
    public var site: String?
    /// The way to JIRA, for comments; nil makes none.
    public var jira: (@Sendable () -> JiraClient?)?
    /// Sends requests and mail.
    public var transport: any HTTPTransport & MailTransport

    /// Gathers them.
    public init(
      mail: (server: MailServer, sender: Mailbox, recipients: [Mailbox])? = nil,
      slackWebhook: String? = nil, site: String? = nil,
      jira: (@Sendable () -> JiraClient?)? = nil, transport: any HTTPTransport & MailTransport
    ) {
      self.mail = mail
      self.slackWebhook = slackWebhook
      self.site = site
      self.jira = jira
      self.transport = transport
    }
  }

  /// The channels, by their names.
  public let all: [any NotificationChannel]
  private let settings: NotificationSettings

  /// Makes those that are configured.
  ///
  /// - Parameters:
  ///   - ingredients: what they are made of.
  ///   - settings: what goes where; channels without a rule are left out.
  public init(_ ingredients: Ingredients, settings: NotificationSettings) {
    let transport = ingredients.transport
    let site = ingredients.site
    let configured: [(any NotificationChannel)?] = [
      ingredients.mail.map {
        EmailChannel(
          server: $0.server, sender: $0.sender, recipients: $0.recipients, site: site,
          transport: transport)
      },
      ingredients.slackWebhook.map { SlackChannel(url: $0, site: site, transport: transport) },
      ingredients.jira.map { JiraChannel(client: $0) },
    ]
    self.init(configured.compactMap(\.self), settings: settings)
  }

  /// Takes channels as they are.
  ///
  /// - Parameters:
  ///   - channels: the channels.
  ///   - settings: what goes where; channels without a rule are left out.
  public init(_ channels: [any NotificationChannel], settings: NotificationSettings) {
    all = channels.filter { settings.rules[$0.name] != nil }
    self.settings = settings
  }

  /// The channel of a name.
  func channel(_ name: String) -> (any NotificationChannel)? { all.first { $0.name == name } }

  /// Tells the database which channels this worker has, and what goes there.
  ///
  /// - Parameters:
  ///   - worker: the worker's name.
  ///   - database: the database.
  /// - Throws: `PostgresError`.
  public func announce(worker: String, to database: PostgresClient) async throws {
    let offered = all.compactMap { channel in
      settings.rules[channel.name]?.announcement(name: channel.name, byIssue: channel.isByIssue)
    }
    _ = try await database.query(
      "select jira_sync.register_channels(\(worker), \(JSON.array(offered).text)::jsonb)",
      doing: "saying which channels there are")
  }
}
