import FoundationEssentials
import HTTP
import JSON
import Locks

/// Mail over SMTP.
public struct EmailChannel: NotificationChannel {
  /// `email`.
  public let name = "email"

  private let server: MailServer
  private let composer: MailComposer
  private let transport: any MailTransport
  /// Who is still to get a message that others have, by its name.
  ///
  /// Only in this process: any other sends it to all once more, under the same Message-ID.
  private let pending = Lock<[UUID: [String]]>([:])

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
  /// - Throws: `ChannelError`; of fate `partly` where some of them were refused and others have it.
  public func send(_ message: Message) async throws(ChannelError) -> String {
    let report = message.items.first?.details["report"]
    let page = report?["html"]?.string.map {
      MailComposer.Attachment(name: "report.html", type: "text/html", text: $0)
    }
    var mail = composer.mail(
      message, text: report?["text"]?.string, attachments: [page].compactMap(\.self))
    if let left = pending.withLock({ $0[message.uuid] }) { mail.recipients = left }
    let receipt: MailReceipt
    do throws(MailError) {
      receipt = try await transport.send(mail, to: server, timeouts: Self.timeouts)
    } catch {
      throw Self.channelError(error)
    }
    let later = receipt.refused.filter(\.mayBeTriedAgain).map(\.address)
    pending.withLock { $0[message.uuid] = later.isEmpty ? nil : later }
    guard !receipt.refused.isEmpty else { return receipt.reply }
    let refused = receipt.refused.map { "\($0.address) was refused: \($0.reply)" }
    let said = "\(receipt.reply); but \(refused.joined(separator: "; "))"
    throw ChannelError(.partly(again: !later.isEmpty), said)
  }

  /// How long a server may take.
  ///
  /// It may let its callers wait before it greets them, and looks for viruses before it takes a mail; RFC 5321 (section
  /// 4.5.3.2) asks for ten minutes there. A run has two.
  private static let timeouts = HTTPTimeouts(connect: .seconds(30), total: .seconds(100))

  /// A server that does not like this message may like the next one; everything else is about the channel, and can be put
  /// right without losing what waits.
  private static func channelError(_ error: MailError) -> ChannelError {
    switch error.kind {
    case .message: ChannelError(.refused, "\(error)")
    case .login:
      ChannelError(.later, "\(error). Check user and password in SMTP_URL")
    // It asks for a login first: https://www.rfc-editor.org/rfc/rfc4954#section-6
    case .envelope where error.detail.hasPrefix("530 "):
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
