import FoundationEssentials
import JSON
import SyncConfiguration

/// One message to one channel, as it is kept until the channel has taken it.
public struct Message: Sendable, Hashable, Identifiable {
  /// Its place in the order of all messages.
  public let id: Int64
  /// Its name for the receiver: the same however often it is sent.
  public let uuid: UUID
  /// The message that began its thread; nil where it begins one.
  public let root: UUID?
  /// The issue that it is about, where the channel tells each for itself.
  public let issueKey: String?
  /// When it was written, in seconds since 1970.
  public let writtenAt: Double
  /// What it says, of each cause; at least one.
  public let items: [MessageItem]
  /// How often it was sent in vain.
  public let attempts: Int

  init(
    id: Int64, uuid: UUID, root: UUID?, issueKey: String?, writtenAt: Double,
    items: [MessageItem], attempts: Int = 0
  ) {
    self.id = id
    self.uuid = uuid
    self.root = root
    self.issueKey = issueKey
    self.writtenAt = writtenAt
    self.items = items
    self.attempts = attempts
  }

  /// The one that `notify test` sends.
  ///
  /// - Parameters:
  ///   - sender: where it comes from: a host.
  ///   - now: seconds since 1970.
  /// - Returns: a message that is in no database.
  public static func test(from sender: String, now: Double) -> Message {
    let cause = Cause(
      fingerprint: "test", issueKey: "", kind: EventKind.test.rawValue, severity: .info,
      event: EventText(
        id: 0, subject: sender,
        message:
          "This is what a message of jira-sync looks like. If you can read it, this channel works.",
        remedy: "Nothing has to be done."), waiting: 1, waitingSince: now, waitingUntil: now)
    return Message(
      id: 0, uuid: UUID(), root: nil, issueKey: nil, writtenAt: now,
      items: [MessageItem(Draft.Part(cause: cause, stage: .news))])
  }

  /// The most severe of what it says.
  var severity: Severity { items.map(\.severity).max() ?? .info }
}

/// What an event says.
struct EventText: Sendable, Hashable {
  var id: Int64
  /// What it is about, in a few words.
  var subject: String
  /// What happened.
  var message: String
  /// What to do about it.
  var remedy: String?
  var issueKey: String?
  var details: JSON = .object([:])
}
