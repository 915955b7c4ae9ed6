import Foundation
import HTTP
import JSON
import TestSupport
import Testing

@testable import Notifications

/// A real SMTP server, and mails as Python's own parser reads them.
@Suite(
  .enabled(
    if: ReceiverProcess.python != nil,
    "needs JIRA_SYNC_TEST_PYTHON with aiosmtpd; scripts/test installs it"), .timeLimit(.minutes(20))
)
struct MailTests {
  private struct Certificate {
    let folder: URL
    var certificate: String { folder.appending(path: "certificate.pem").path }
    var key: String { folder.appending(path: "key.pem").path }

    init() async throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", key, "-out", certificate,
      ]
      process.standardError = FileHandle.nullDevice
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in done.resume() }
        do { try process.run() } catch { done.resume(throwing: error) }
      }
    }

    func remove() throws { try FileManager.default.removeItem(at: folder) }
  }

  private static let password = "ada:s3cr%26t%20p%40ss"

  private func channel(
    _ url: String, to recipients: String = "ada@example.com", certificate: String? = nil
  ) throws -> (channel: EmailChannel, transport: CurlClient) {
    let transport = CurlClient(certificateFile: certificate)
    let channel = EmailChannel(
      server: try MailServer(url), sender: try #require(Mailbox("Jira Sync <sync@example.com>")),
      recipients: try #require(Mailbox.list(recipients)), site: "https://jira.example",
      transport: transport)
    return (channel, transport)
  }

  private func message(root: UUID? = nil, _ change: (inout Cause) -> Void = { _ in }) -> Message {
    var cause = Cause.example(kind: "row_refused")
    cause.event.remedy = "Edit the row."
    change(&cause)
    return Message(
      id: 1, uuid: UUID(), root: root, issueKey: nil, writtenAt: 1_795_512_600,
      items: [MessageItem(Draft.Part(cause: cause, stage: .first))])
  }

  private func header(_ mail: JSON, _ name: String) -> String? {
    mail["headers"]?.array?.first { $0[0]?.string == name }?[1]?.string
  }

  @Test(arguments: ["starttls", "smtps"])
  func `a mail arrives by every kind of TLS, with the login`(kind: String) async throws {
    let certificate = try await Certificate()
    let server =
      kind == "smtps"
      ? try await ReceiverProcess.mail(
        "--auth", "--certificate", certificate.certificate, "--key", certificate.key, "--smtps")
      : try await ReceiverProcess.mail(
        "--auth", "--certificate", certificate.certificate, "--key", certificate.key)
    let (channel, transport) = try channel(
      "\(kind == "smtps" ? "smtps" : "smtp")://\(Self.password)@127.0.0.1:\(server.port)",
      certificate: certificate.certificate)
    let reply = try await channel.send(message())
    #expect(reply == "250 2.0.0 Ok: queued as 1")
    let mail = try await server.wait(for: 1)[0]
    #expect(mail["login"] == true)
    #expect(mail["tls"] == true)
    await transport.shutdown()
    server.stop()
    try certificate.remove()
  }

  /// Broken variant: CURLOPT_SSL_VERIFYPEER off for mail.
  @Test func `a certificate that is not trusted ends it before password and mail are sent`()
    async throws
  {
    let certificate = try await Certificate()
    let other = try await Certificate()
    let server = try await ReceiverProcess.mail(
      "--auth", "--certificate", certificate.certificate, "--key", certificate.key)
    let (channel, transport) = try channel(
      "smtp://\(Self.password)@127.0.0.1:\(server.port)", certificate: other.certificate)
    let error = await #expect(throws: ChannelError.self) { try await channel.send(message()) }
    #expect(error?.fate == .later)
    #expect(try server.received.isEmpty)
    await transport.shutdown()
    server.stop()
    try certificate.remove()
    try other.remove()
  }

  @Test func `a wrong password is said, and not shown`() async throws {
    let certificate = try await Certificate()
    let server = try await ReceiverProcess.mail(
      "--auth", "--certificate", certificate.certificate, "--key", certificate.key)
    let (channel, transport) = try channel("smtp://ada:hunter2@127.0.0.1:\(server.port)")
    let error = await #expect(throws: ChannelError.self) { try await channel.send(message()) }
    #expect(error?.description.contains("535") == true)
    #expect(error?.description.contains("SMTP_URL") == true)
    #expect(error?.description.contains("hunter2") == false)
    await transport.shutdown()
    server.stop()
    try certificate.remove()
  }

  @Test func `what is read is what was written, whatever characters it has`() async throws {
    let server = try await ReceiverProcess.mail()
    let (channel, transport) = try channel(
      "smtp://127.0.0.1:\(server.port)", to: "Ada Löve <ada@example.com>, grace@example.com")
    let path = "src/größe/日本語 \"x\" =?utf-8?q?a?= " + String(repeating: "ü", count: 60) + ".py"
    let text = """
      technical_debt → Technical debt: naïve = 100 %; <script>alert(1)</script> & more
      .
      ..two dots
      From here it goes on
      \(String(repeating: "long line ", count: 300))
      trailing blanks \t
      """
    _ = try await channel.send(
      message {
        $0.event.subject = path
        $0.event.message = text
      })
    let mail = try await server.wait(for: 1)[0]
    #expect(mail["defects"]?.array?.isEmpty == true)
    #expect(mail["bare_line_ends"] == 0)
    #expect((mail["longest_line"]?.integer ?? .max) <= 78)
    #expect(mail["to"] == ["ada@example.com", "grace@example.com"])
    #expect(header(mail, "To") == "Ada Löve <ada@example.com>, grace@example.com")
    #expect(header(mail, "Subject") == "[jira-sync] A row cannot be synced: \(path)")
    let read = mail["text"]?.string?.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(read?.joined(separator: "\n") == text + "\n\nWhat to do: Edit the row.\n")
    #expect(
      mail["html"]?.string?.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more") == true)
    await transport.shutdown()
    server.stop()
  }

  @Test func `a line end in a path is no header`() async throws {
    let server = try await ReceiverProcess.mail()
    let (channel, transport) = try channel("smtp://127.0.0.1:\(server.port)")
    _ = try await channel.send(
      message {
        $0.event.subject = "a\r\nBcc: eve@example.com\r\n\r\n<b>\r\n.\r\nRCPT TO:<eve@example.com>"
      })
    let mail = try await server.wait(for: 1)[0]
    #expect(header(mail, "Bcc") == nil)
    #expect(mail["to"] == ["ada@example.com"])
    #expect(header(mail, "Subject")?.contains("a Bcc: eve@example.com <b> . RCPT TO:") == true)
    #expect(try server.received.count == 1)
    await transport.shutdown()
    server.stop()
  }

  @Test func `one recipient who is refused keeps it from no other, and is named`() async throws {
    let server = try await ReceiverProcess.mail()
    let (channel, transport) = try channel(
      "smtp://127.0.0.1:\(server.port)", to: "nobody@example.com, ada@example.com")
    let partly = await #expect(throws: ChannelError.self) { try await channel.send(message()) }
    #expect(partly?.fate == .partly(again: false))
    #expect(
      partly?.description.contains("but nobody@example.com was refused: 550 5.1.1") == true)
    #expect(try await server.wait(for: 1)[0]["to"] == ["ada@example.com"])
    let (none, other) = try self.channel(
      "smtp://127.0.0.1:\(server.port)", to: "nobody@example.com")
    let error = await #expect(throws: ChannelError.self) { try await none.send(message()) }
    #expect(error?.fate == .later)
    #expect(error?.description.contains("NOTIFY_EMAIL_TO") == true)
    await transport.shutdown()
    await other.shutdown()
    server.stop()
  }

  /// Catches a channel that forgets whom a server asked to come again for, and one that sends to all of them twice.
  @Test func `a recipient who is to be tried again gets it alone`() async throws {
    let server = try await ReceiverProcess.mail()
    let (channel, transport) = try channel(
      "smtp://127.0.0.1:\(server.port)", to: "grey@example.com, ada@example.com")
    let message = message()
    let partly = await #expect(throws: ChannelError.self) { try await channel.send(message) }
    #expect(partly?.fate == .partly(again: true))
    _ = try await channel.send(message)
    let mails = try await server.wait(for: 2)
    #expect(mails.map { $0["to"] } == [["ada@example.com"], ["grey@example.com"]])
    #expect(mails[0]["headers"] == mails[1]["headers"])
    await transport.shutdown()
    server.stop()
  }

  /// Catches the refusal of a recipient that is taken for one of the message, which is then given up for everybody.
  @Test func `a connection that breaks after one recipient was refused is no refusal of the mail`()
    async throws
  {
    let server = try await ReceiverProcess.mail("--swallow", "1")
    let (channel, transport) = try channel(
      "smtp://127.0.0.1:\(server.port)", to: "nobody@example.com, ada@example.com")
    let error = await #expect(throws: ChannelError.self) { try await channel.send(message()) }
    #expect(error?.fate == .later)
    await transport.shutdown()
    server.stop()
  }

  @Test func `a server that refuses a message or asks to come later is understood`() async throws {
    let server = try await ReceiverProcess.mail("--later", "1")
    let (channel, transport) = try channel("smtp://127.0.0.1:\(server.port)")
    let later = await #expect(throws: ChannelError.self) { try await channel.send(message()) }
    #expect(later?.fate == .later)
    #expect(later?.description.contains("451 4.3.0 come back later") == true)
    let refused = await #expect(throws: ChannelError.self) {
      try await channel.send(message { $0.event.message = "please-refuse" })
    }
    #expect(refused?.fate == .refused)
    #expect(refused?.description.contains("554 5.7.1 refused by policy") == true)
    await transport.shutdown()
    server.stop()
  }

  @Test func `a mail that was taken without a word comes again under the same name`() async throws {
    let server = try await ReceiverProcess.mail("--swallow", "1")
    let (channel, transport) = try channel("smtp://127.0.0.1:\(server.port)")
    let message = message(root: UUID())
    await #expect(throws: ChannelError.self) { try await channel.send(message) }
    _ = try await channel.send(message)
    let mails = try await server.wait(for: 2)
    #expect(mails[0]["headers"] == mails[1]["headers"])
    #expect(header(mails[0], "References") == header(mails[0], "In-Reply-To"))
    await transport.shutdown()
    server.stop()
  }

  @Test(arguments: [
    "mail.example.com", "http://mail.example.com", "smtp://ada@mail.example.com",
    "smtp://a:b%0d%0aRSET@mail.example.com", "smtp:///x", "smtp://ada:p ss@mail.example.com",
  ]) func `addresses of servers that cannot be used`(url: String) {
    let error = #expect(throws: MailServer.Refusal.self) { try MailServer(url) }
    #expect(error?.description.contains("ada") == false)
  }

  @Test func `a server shows neither user nor password`() throws {
    let server = try MailServer("smtps://ada:hunter2@mail.example.com:465")
    var dumped = ""
    dump(server, to: &dumped)
    for text in ["\(server)", String(reflecting: server), dumped, server.origin] {
      #expect(!text.contains("hunter2") && !text.contains("ada"))
    }
  }
}
