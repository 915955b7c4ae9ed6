import JSON

/// What a message says of a cause, in pieces that each channel writes in its own way.
struct Paragraphs: Sendable, Hashable {
  /// What it is called, where a message has several causes.
  var heading: String
  /// What happened.
  var body: String
  /// How often and when; nil where it happened just now, once.
  var count: String?
  /// What these were about, where it was more than one thing.
  var examples: [String]
  /// How many more there were than examples.
  var more: Int
  /// What to do.
  var remedy: String?
  /// The issue's key.
  var issueKey: String?

  /// Writes them.
  ///
  /// - Parameters:
  ///   - item: what is said.
  ///   - now: when the message was written, in seconds since 1970.
  init(_ item: MessageItem, readAt now: Double) {
    heading = Headline.line(Headline.name(of: item))
    body = item.text.printable(keeping: ["\n", "\t"])
    examples = item.subjects.count > 1 && item.stage != .resolved ? item.subjects : []
    more = examples.isEmpty ? 0 : max(0, item.times - examples.count)
    remedy = item.remedy?.printable(keeping: ["\n", "\t"])
    issueKey = item.issueKey
    count = Self.count(item, readAt: now)
  }

  private static func count(_ item: MessageItem, readAt now: Double) -> String? {
    let opened = item.openedAt.map { UTCTime($0).text(readAt: now) }
    switch item.stage {
    case .news: return nil
    case .resolved:
      let lasted = item.openedAt.flatMap { opened in item.until.map { span($0 - opened) } }
      let more = item.times > 0 ? ", and happened \(times(item.times)) more" : ""
      return opened.map { "It began at \($0)\(lasted.map { " and lasted \($0)" } ?? "")\(more)." }
    case .again:
      return "It happened \(times(item.times)) since \(opened ?? "it was last told")."
    case .first:
      guard item.times > 1 else { return nil }
      return "It happened \(times(item.times))"
        + (item.since.map { " since \(UTCTime($0).text(readAt: now))" } ?? "") + "."
    }
  }

  private static func times(_ count: Int) -> String {
    count == 1 ? "once" : "\(count.grouped) times"
  }

  /// A length of time in words.
  static func span(_ seconds: Double) -> String {
    let total = Int(max(seconds, 0).rounded())
    if total < 60 { return "\(total) s" }
    if total < 3_600 { return "\(total / 60) min" }
    if total < 86_400 { return "\(total / 3_600) h \(total / 60 % 60) min" }
    return "\(total / 86_400) days \(total / 3_600 % 24) h"
  }
}
