import HTTP
import JSON

/// A channel of Slack, by an incoming webhook.
public struct SlackChannel: NotificationChannel {
  /// `slack`.
  public let name = "slack"

  private let url: String
  private let site: String?
  private let transport: any HTTPTransport
  /// How long Slack may take; a test on a busy machine allows more.
  var patience = Duration.seconds(10)

  /// Makes the channel.
  ///
  /// - Parameters:
  ///   - url: the webhook's address, which is a secret: whoever has it may write there.
  ///   - site: where JIRA is, for links.
  ///   - transport: what sends.
  public init(url: String, site: String?, transport: any HTTPTransport) {
    self.url = url
    self.site = site
    self.transport = transport
  }

  /// No part of the address: the webhook itself knows which channel it is.
  public var destination: String { "the webhook of SLACK_WEBHOOK_URL" }

  /// Posts one message.
  ///
  /// - Parameter message: what to send.
  /// - Returns: what Slack said.
  /// - Throws: `ChannelError`.
  public func send(_ message: Message) async throws(ChannelError) -> String {
    let request = HTTPRequest(
      method: "POST", url: url,
      headers: [(name: "Content-Type", value: "application/json; charset=utf-8")],
      body: SlackPayload(message, site: site).json.data,
      timeouts: HTTPTimeouts(connect: .seconds(5), total: patience, stall: patience),
      maximumResponseBytes: 64 * 1024, hidesPath: true)
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(request)
    } catch {
      throw ChannelError(.later, "\(error)")
    }
    let words = Headline.line(String(decoding: response.body.prefix(300), as: UTF8.self))
    let said = "\(response.status) \(words)"
    switch response.status {
    case 200..<300: return said
    case 429, 503:
      throw ChannelError(
        .later, "Slack asks to wait: \(said)", retryAfter: Self.retryAfter(response))
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
    case 400, 413:
      throw ChannelError(.refused, "Slack does not take this message: \(said)")
    case 401, 403, 404, 410:
      throw ChannelError(
        .later, "Slack does not accept the webhook: \(said). Check SLACK_WEBHOOK_URL")
    default: throw ChannelError(.later, "Slack did not take the message: \(said)")
    }
  }

  private static func retryAfter(_ response: HTTPResponse) -> Duration? {
    guard let text = response.header("Retry-After"), let seconds = Int64(text), seconds >= 0
    else { return nil }
    return .seconds(min(seconds, 3_600))
  }
}

extension SlackChannel: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Without the address.
  public var description: String { "slack" }
  /// Without the address.
  public var debugDescription: String { "slack" }
  /// Nothing: `dump` would show the address.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SlackChannel {
  /// Why an address cannot be that of a webhook, or nil; the text holds no part of it.
  ///
  /// - Parameter url: the address.
  /// - Returns: what is wrong with it.
  public static func flaw(ofWebhook url: String) -> String? { HTTPRequest.flaw(ofAddress: url) }
}
