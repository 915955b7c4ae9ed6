import JSON
import SyncConfiguration

/// A message as Slack's incoming webhooks take it.
///
/// Limits: https://docs.slack.dev/reference/block-kit/blocks
struct SlackPayload: Sendable, Hashable {
  let json: JSON

  /// The most causes that are written out; a message may have 50 blocks.
  private static let limit = 10

  init(_ message: Message, site: String?) {
    let headline = Headline(message).text
    var blocks: [JSON] = [
      [
        "type": "header",
        "text": [
          "type": "plain_text", "emoji": true,
          "text": .string(Self.header(headline, sign: Self.sign(message))),
        ],
      ]
    ]
    let isSingle = message.items.count == 1
    for item in message.items.prefix(Self.limit) {
      let paragraphs = Paragraphs(item, readAt: message.writtenAt)
      blocks += Self.blocks(paragraphs, isSingle: isSingle, site: site)
    }
    let more = message.items.count - Self.limit
    if more > 0 { blocks.append(Self.context("And \(more.grouped) more.")) }
    json = [
      "text": .string(SlackText.escaped(headline)), "blocks": .array(blocks),
      "unfurl_links": false, "unfurl_media": false,
    ]
  }

  /// What Slack takes in a header is 150 characters, counted as its JavaScript does, with the sign as it is written; a
  /// longer one is refused for good.
  private static func header(_ headline: String, sign: String) -> String {
    var limit = 149 - sign.count
    while limit > 0 {
      let text = "\(sign) " + Headline.line(headline, limit: limit)
      if text.utf16.count <= 150 { return text }
      limit -= 1
    }
    return sign
  }

  private static func blocks(
    _ paragraphs: Paragraphs, isSingle: Bool, site: String?
  ) -> [JSON] {
    var text = isSingle ? "" : "*\(SlackText.escaped(paragraphs.heading, limit: 300))*\n"
    text += SlackText.escaped(paragraphs.body, limit: 1_500)
    if let count = paragraphs.count { text += "\n" + SlackText.escaped(count) }
    var more = paragraphs.more
    for example in paragraphs.examples {
      let line = "\n• " + SlackText.code(example)
      // 3,000 characters is what a section takes.
      if text.count + line.count < 2_900 { text += line } else { more += 1 }
    }
    if more > 0 { text += "\n• and \(more.grouped) more" }
    var blocks = [section(text)]
    if let remedy = paragraphs.remedy {
      blocks.append(section("*What to do*\n" + SlackText.escaped(remedy, limit: 1_000)))
    }
    if let key = paragraphs.issueKey, let site, let link = link(to: key, on: site) {
      blocks.append(context(link))
    }
    return blocks
  }

  /// The only angle brackets: around an address that we wrote.
  private static func link(to key: String, on site: String) -> String? {
    let isKey = key.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x2D || byte == 0x5F
    }
    guard isKey, !site.contains(where: { "<>|".contains($0) }) else { return nil }
    return "<\(SlackText.escaped(site))/browse/\(key)|\(key)> in JIRA"
  }

  private static func section(_ text: String) -> JSON {
    ["type": "section", "text": ["type": "mrkdwn", "text": .string(text)]]
  }

  private static func context(_ text: String) -> JSON {
    ["type": "context", "elements": [["type": "mrkdwn", "text": .string(text)]]]
  }

  private static func sign(_ message: Message) -> String {
    if message.items.allSatisfy({ $0.stage == .resolved }) { return ":white_check_mark:" }
    return switch message.severity {
    case .error: ":red_circle:"
    case .warning: ":warning:"
    case .info: ":information_source:"
    }
  }
}
