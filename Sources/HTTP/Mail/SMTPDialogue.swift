/// What the server said in a transfer, line by line.
///
/// libcurl hands over the lines of all replies; which command each answers follows from their order.
/// https://www.rfc-editor.org/rfc/rfc5321#section-4.2
struct SMTPDialogue: Sendable {
  /// An answer, of one line or several.
  struct Reply: Sendable, Hashable {
    var code: Int
    var text: String
  }

  private(set) var replies: [Reply] = []
  private var isOpen = false
  /// Replies that are kept; a server that talks without end is not remembered without end.
  private static let maximum = 1_000

  /// Takes one line; false when there are more than any delivery needs.
  mutating func take(_ line: some Collection<UInt8>) -> Bool {
    let text = FailureFacts.tidy(String(decoding: line, as: UTF8.self))
    guard let code = Int(text.prefix(3)), (200..<600).contains(code) else { return true }
    let rest = text.dropFirst(3)
    let words = rest.dropFirst().split(separator: " ").joined(separator: " ")
    if isOpen, let last = replies.indices.last {
      if replies[last].text.utf8.count < 500 { replies[last].text += " " + words }
    } else {
      guard replies.count < Self.maximum else { return false }
      replies.append(Reply(code: code, text: "\(code) \(words)"))
    }
    isOpen = rest.first == "-"
    return true
  }

  /// Whether the server let the message come.
  var tookEnvelope: Bool { replies.contains { $0.code == 354 } }

  /// The recipients that were refused while others were accepted.
  ///
  /// - Parameter recipients: all, in the order in which they were named to the server.
  /// - Returns: those, with the server's words.
  func refused(of recipients: [String]) -> [MailReceipt.Refused] {
    guard let start = replies.lastIndex(where: { $0.code == 354 }), start >= recipients.count
    else { return [] }
    return zip(recipients, replies[(start - recipients.count)..<start])
      .filter { $0.1.code >= 400 }.map { MailReceipt.Refused(address: $0.0, reply: $0.1.text) }
  }

  /// The last refusal, if that was its last word or the one before it (QUIT).
  ///
  /// A recipient who was refused before the message came says nothing of why a connection broke after it.
  var lastRefusal: Reply? {
    let words = replies.last?.code == 221 ? replies.dropLast() : replies[...]
    return words.last.flatMap { $0.code >= 400 ? $0 : nil }
  }
}
