import HTTP
import JSON

/// Mail over SMTP.
public struct EmailChannel: NotificationChannel {
  /// `email`.
  public let name = "email"

  private let server: MailServer
  private let composer: MailComposer
  private let transport: any MailTransport

  /// Makes the channel.
  ///
  /// - Parameters:
  ///   - server: who takes the mail.
  ///   - sender: who sends it.
  ///   - recipients: who gets it.
  ///   - site: where JIRA is, for links.
  ///   - transport: what delivers it.
  public init(
    server: MailServer, sender: Mailbox, recipients: [Mailbox], site: String?,
    transport: any MailTransport
  ) {
    self.server = server
    self.transport = transport
    composer = MailComposer(sender: sender, recipients: recipients, site: site)
  }

  /// The recipients and the server.
  public var destination: String {
    composer.recipients.map(\.address).joined(separator: ", ") + " by \(server.origin)"
  }

  /// Sends one mail to all recipients.
  ///
  /// - Parameter message: what to send.
  /// - Returns: what the server said.
  /// - Throws: `ChannelError`.
  public func send(_ message: Message) async throws(ChannelError) -> String {
    let report = message.items.first?.details["report"]
    let page = report?["html"]?.string.map {
      MailComposer.Attachment(name: "report.html", type: "text/html", text: $0)
    }
    let mail = composer.mail(
      message, text: report?["text"]?.string, attachments: [page].compactMap(\.self))
    do throws(MailError) {
      let receipt = try await transport.send(
        mail, to: server,
        timeouts: HTTPTimeouts(connect: .seconds(8), total: .seconds(30)))
      guard !receipt.refused.isEmpty else { return receipt.reply }
      let refused = receipt.refused.map { "\($0.address) was refused: \($0.reply)" }
      return "\(receipt.reply); but \(refused.joined(separator: "; "))"
    } catch {
      throw Self.channelError(error)
    }
  }

  /// A server that does not like this message may like the next one; everything else is about the channel, and can be put
  /// right without losing what waits.
  private static func channelError(_ error: MailError) -> ChannelError {
    switch error.kind {
    case .message: ChannelError(.refused, "\(error)")
    case .login:
      ChannelError(.later, "\(error). Check user and password in SMTP_URL")
    case .envelope:
      ChannelError(.later, "\(error). Check NOTIFY_EMAIL_FROM and NOTIFY_EMAIL_TO")
    case .resolve, .connect:
      ChannelError(.later, "\(error). Check host and port in SMTP_URL")
    case .refusedRequest, .tls, .later, .timeout, .reset, .cancelled, .other:
      ChannelError(.later, "\(error)")
    }
  }
}
