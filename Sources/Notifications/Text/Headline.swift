import JSON
import SyncConfiguration

/// What a message is about, in the few words of a subject line.
struct Headline: Sendable, Hashable {
  /// The words, without line ends.
  let text: String

  /// The headline of a message.
  init(_ message: Message) {
    let items = message.items
    guard let first = items.first else {
      text = "Nothing"
      return
    }
    let words: String
    if items.count == 1 {
      words = Self.words(of: first, readAt: message.writtenAt)
    } else if items.allSatisfy({ $0.stage == .resolved }) {
      words = "Resolved: \(Self.several(first.kind, items))"
    } else {
      words = Self.several(first.kind, items)
    }
    text = Self.line(words)
  }

  private static func words(of item: MessageItem, readAt now: Double) -> String {
    let name = name(of: item)
    switch item.stage {
    case .first, .news: return name
    case .resolved: return "Resolved: \(name)"
    case .again:
      let since = item.openedAt.map { " since " + UTCTime($0).text(readAt: now) } ?? ""
      let times = item.times == 1 ? "once more" : "\(item.times.grouped) times"
      return "Again, \(times)\(since): \(name)"
    }
  }

  /// What one cause is called.
  static func name(of item: MessageItem) -> String {
    let many = item.isMany
    let subject = item.subject
    switch EventKind(rawValue: item.kind) {
    case .jobDead: return many ? "Jobs were given up" : "A job was given up: \(subject)"
    case .rowRefused: return many ? "Rows cannot be synced" : "A row cannot be synced: \(subject)"
    case .conflict:
      return many ? "Conflicts wait for a decision" : "A conflict waits for a decision: \(subject)"
    case .circuitOpened, .circuitClosed: return "Syncing with JIRA has stopped"
    case .pollerBehind:
      return subject.hasPrefix("sweep of ")
        ? "The \(subject) was not believed" : "Changes made in JIRA arrive late"
    case .scheduleMissed: return "A schedule was missed: \(subject)"
    case .workerLost: return many ? "Workers were lost" : "Lost: \(subject)"
    case .breakerTripped: return "Stopped to be safe: \(subject)"
    case .backfillFinished: return "All rows have been synced"
    case .dailySummary: return subject
    case .channelFailing: return "Messages do not arrive: \(subject)"
    case .test: return "Test message from \(subject)"
    case nil: return subject
    }
  }

  /// Several causes of one kind.
  private static func several(_ kind: String, _ items: [MessageItem]) -> String {
    let count = items.count.grouped
    switch EventKind(rawValue: kind) {
    case .jobDead: return "Jobs were given up for \(count) different reasons"
    case .rowRefused: return "Rows cannot be synced for \(count) different reasons"
    case .conflict: return "\(count) conflicts wait for a decision"
    case .workerLost: return "Workers were lost on \(count) machines"
    case .scheduleMissed: return "\(count) schedules were missed"
    default: return "\(count) things happened: \(items.first.map(name) ?? "")"
    }
  }

  /// One line of bounded length: what is in it comes from rows and servers.
  static func line(_ text: String, limit: Int = 180) -> String {
    let words = text.printable { _ in " " }.split(separator: " ").joined(separator: " ")
    return words.count <= limit ? words : words.prefix(limit - 1) + "…"
  }
}

extension Int {
  /// With a comma between thousands.
  public var grouped: String {
    var digits = String(magnitude)
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return self < 0 ? "-" + digits : digits
  }
}
