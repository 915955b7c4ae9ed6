/// A message as plain text.
struct MessageText: Sendable, Hashable {
  /// The text, lines ending with `\n`.
  let text: String

  /// The most causes that are written out; the rest is counted.
  static let limit = 20

  /// Writes it.
  ///
  /// - Parameters:
  ///   - message: the message.
  ///   - site: where JIRA is; nil leaves links out.
  init(_ message: Message, site: String?) {
    var sections: [String] = []
    let isSingle = message.items.count == 1
    for item in message.items.prefix(Self.limit) {
      let paragraphs = Paragraphs(item, readAt: message.writtenAt)
      var lines = isSingle ? [] : ["* \(paragraphs.heading)"]
      lines.append(paragraphs.body)
      if let count = paragraphs.count { lines.append(count) }
      lines += paragraphs.examples.map { "  - \(Headline.line($0))" }
      if paragraphs.more > 0 { lines.append("  - and \(paragraphs.more.grouped) more") }
      if let remedy = paragraphs.remedy { lines += ["", "What to do: \(remedy)"] }
      if let key = paragraphs.issueKey, let site { lines += ["", "\(site)/browse/\(key)"] }
      sections.append(lines.joined(separator: "\n"))
    }
    let more = message.items.count - Self.limit
    if more > 0 { sections.append("And \(more.grouped) more.") }
    text = sections.joined(separator: "\n\n") + "\n"
  }
}
