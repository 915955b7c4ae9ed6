import FoundationEssentials
import HTTP

/// Writes messages as mail: text and HTML, threads by cause, and the same bytes each time.
struct MailComposer: Sendable {
  let sender: Mailbox
  let recipients: [Mailbox]
  /// Where JIRA is, for links.
  let site: String?

  /// A file that goes with a mail.
  struct Attachment: Sendable, Hashable {
    var name: String
    var type: String
    var text: String
  }

  /// Writes one.
  ///
  /// - Parameters:
  ///   - message: what it says.
  ///   - text: the plain text, where it is not the message's own.
  ///   - attachments: what goes with it.
  /// - Returns: the mail with its envelope.
  func mail(_ message: Message, text: String? = nil, attachments: [Attachment] = []) -> Mail {
    var lines = headers(of: message)
    let alternative = boundary("alternative", message)
    let mixed = boundary("mixed", message)
    if attachments.isEmpty {
      lines.append(Self.contentType("multipart/alternative", boundary: alternative))
    } else {
      lines += [
        Self.contentType("multipart/mixed", boundary: mixed), "", "--\(mixed)",
        Self.contentType("multipart/alternative", boundary: alternative),
      ]
    }
    lines += [
      "", "--\(alternative)", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable", "",
      QuotedPrintable.encoded(text ?? MessageText(message, site: site).text), "--\(alternative)",
      "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
      QuotedPrintable.encoded(MessageHTML(message, site: site).text), "--\(alternative)--",
    ]
    for attachment in attachments {
      lines += [
        "--\(mixed)", "Content-Type: \(attachment.type); charset=utf-8",
        "Content-Disposition: attachment; filename=\"\(attachment.name)\"",
        "Content-Transfer-Encoding: quoted-printable", "",
        QuotedPrintable.encoded(attachment.text),
      ]
    }
    if !attachments.isEmpty { lines.append("--\(mixed)--") }
    let bytes = lines.joined(separator: "\r\n") + "\r\n"
    return Mail(
      sender: sender.address, recipients: recipients.map(\.address), message: Data(bytes.utf8))
  }

  private func headers(of message: Message) -> [String] {
    var lines = [
      "Date: \(UTCTime(message.writtenAt).mailDate)", "From: \(sender.header)",
      HeaderText.folded(
        "To",
        words: recipients.enumerated().map { index, box in
          box.header + (index < recipients.count - 1 ? "," : "")
        }),
      HeaderText.line("Subject", text: "[jira-sync] \(Headline(message).text)"),
      "Message-ID: \(messageID(message.uuid))",
    ]
    if let root = message.root, root != message.uuid {
      lines += ["In-Reply-To: \(messageID(root))", "References: \(messageID(root))"]
    }
    return lines + [
      // So that no out-of-office answer comes back: https://www.rfc-editor.org/rfc/rfc3834#section-5
      "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
    ]
  }

  /// The same for the same message: a mail client shows it once, however often it comes.
  private func messageID(_ uuid: UUID) -> String {
    "<jira-sync.\(uuid.uuidString.lowercased())@\(sender.domain)>"
  }

  /// Quoted-printable has no line that begins with two dashes and an equals sign, so this is in no part.
  private func boundary(_ name: String, _ message: Message) -> String {
    "=_\(name)_\(message.uuid.uuidString.lowercased())"
  }

  private static func contentType(_ type: String, boundary: String) -> String {
    "Content-Type: \(type);\r\n boundary=\"\(boundary)\""
  }
}
