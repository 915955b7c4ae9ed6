import ArgumentParser
import FoundationEssentials
import Glibc
import HTTP
import JSON
import Logging
import Notifications
import SyncConfiguration

/// `jira-sync notify test`.
struct NotifyTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Sends a message to each channel and says what came back.",
    discussion: """
      Mail is configured by SMTP_URL, NOTIFY_EMAIL_FROM and NOTIFY_EMAIL_TO, Slack by \
      SLACK_WEBHOOK_URL. Needs no database: the messages are sent by this command itself.

      It exits with 0 if every channel took its message, 1 if one refused it, 69 if one could not be \
      reached or did not let us in, and 78 if none is configured.

      Examples:
        jira-sync notify test
        jira-sync notify test --channel slack
      """)

  @Option(help: ArgumentHelp("Only this channel: email or slack.", valueName: "name"))
  var channel: String?

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let logger = settings.logger(label: "jira-sync.notify")
    let transport = CurlClient(logger: logger)
    let channels = try settings.channels(settings.file()).channels(
      site: settings.siteForLinks, transport: transport
    ).all
    let chosen = channels.filter { channel == nil || $0.name == channel }
    guard !chosen.isEmpty else {
      await transport.shutdown()
      throw CommandFailure(.configuration, Self.nothing(channel, of: channels.map(\.name)))
    }
    let message = Message.test(from: HostName.current, now: Date().timeIntervalSince1970)
    var outcomes: [ChannelOutcome] = []
    for channel in chosen {
      let outcome = await ChannelOutcome(sending: message, to: channel)
      if !json { StandardStream.output.write(outcome.text) }
      outcomes.append(outcome)
    }
    await transport.shutdown()
    if json { StandardStream.output.write(JSON.array(outcomes.map(\.json))) }
    if let status = outcomes.map(\.status).max(by: { $0.rawValue < $1.rawValue }), status != .done {
      throw ExitCode(status.rawValue)
    }
  }

  private static func nothing(_ channel: String?, of names: [String]) -> String {
    if let channel, !names.isEmpty {
      return "there is no channel '\(channel)' configured, only \(names.joined(separator: ", "))"
    }
    return """
      no channel is configured. For mail set SMTP_URL, NOTIFY_EMAIL_FROM and NOTIFY_EMAIL_TO, for Slack \
      SLACK_WEBHOOK_URL; and see that jira-sync.yaml does not switch them off
      """
  }
}

/// `jira-sync notify`.
struct Notify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify",
    abstract: "Tries the channels by which people hear of things.",
    subcommands: [NotifyTest.self])
}
