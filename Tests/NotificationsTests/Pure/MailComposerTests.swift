import Foundation
import Testing

@testable import HTTP
@testable import Notifications

/// Mails as bytes; that a mail program reads them is for `MailTests`, with a real server and Python's parser.
struct MailComposerTests {
  private let composer = MailComposer(
    sender: Mailbox("Jira Sync <sync@example.com>") ?? .broken,
    recipients: ["ada@example.com", "Löve, Ada <ada2@example.com>"].compactMap { Mailbox($0) },
    site: "https://jira.example")

  private func message(root: UUID? = nil, _ change: (inout Cause) -> Void = { _ in }) -> Message {
    var cause = Cause.example(kind: "row_refused")
    change(&cause)
    return Message(
      id: 1, uuid: UUID(uuidString: "51D48277-AAB1-4D9B-B17D-CAA57BC1C635") ?? UUID(), root: root,
      issueKey: nil, writtenAt: 1_795_512_600,
      items: [MessageItem(Draft.Part(cause: cause, stage: .first))])
  }

  private func head(_ mail: Mail) -> [String] {
    let text = String(decoding: mail.message, as: UTF8.self)
    return text.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
  }

  @Test func `the same message is the same mail, byte for byte`() {
    #expect(composer.mail(message()).message == composer.mail(message()).message)
    #expect(
      head(composer.mail(message())).contains(
        "Message-ID: <jira-sync.51d48277-aab1-4d9b-b17d-caa57bc1c635@example.com>"))
  }

  /// Broken variant: putting the subject into the header as it is.
  @Test(arguments: ["\r\n", "\n", "\r", "\u{0}", "\u{85}"])
  func `nothing that a row holds begins a header or a command`(lineEnd: String) {
    let mail = composer.mail(
      message { $0.event.subject = "a\(lineEnd)Bcc: everybody@example.com\(lineEnd)\(lineEnd)<h1>" }
    )
    let head = head(mail)
    #expect(!head.contains { $0.hasPrefix("Bcc") })
    #expect(head.count { $0.hasPrefix("Subject:") } == 1)
    #expect(!mail.message.contains(0))
    #expect(Mail(sender: "a@b\(lineEnd)RCPT", recipients: ["a@b"], message: Data()).flaw != nil)
    #expect(Mailbox("a@b.c\(lineEnd)x") == nil || lineEnd.isEmpty)
  }

  @Test func `lines are short, and every line end is CR LF`() {
    let mail = composer.mail(
      message {
        $0.event.subject = String(repeating: "ü", count: 300)
        $0.event.message = String(repeating: "wörd ", count: 1_000) + "\n.\n..\nFrom here"
      })
    let lines = String(decoding: mail.message, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
  }

  @Test func `later messages refer to the first`() {
    let root = UUID()
    let lines = head(composer.mail(message(root: root)))
    let name = "<jira-sync.\(root.uuidString.lowercased())@example.com>"
    #expect(lines.contains("In-Reply-To: \(name)"))
    #expect(lines.contains("References: \(name)"))
  }

  @Test(arguments: [
    ("ada@example.com", "ada@example.com"),
    (" Ada <ada@example.com> ", "\"Ada\" <ada@example.com>"),
    ("\"Love\\lace\" <a@b.c>", "\"Love\\\\lace\" <a@b.c>"),
  ]) func `addresses`(text: String, header: String) {
    #expect(Mailbox(text)?.header == header)
  }

  @Test(arguments: ["", "ada", "@b", "a@", "a@b@c", "a b@c", "<a@b>c", "a@b>,<c@d"])
  func `no addresses`(text: String) {
    #expect(Mailbox(text) == nil)
    #expect(Mailbox.list("x@y.z,\(text)") == (text.isEmpty ? [Mailbox("x@y.z") ?? .broken] : nil))
  }
}

extension Mailbox {
  /// For tests whose address is written right.
  static var broken: Mailbox { preconditionFailure("the test's address is none") }
}
