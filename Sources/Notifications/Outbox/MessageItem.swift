import FoundationEssentials
import JSON
import SyncConfiguration

/// What a message says of one cause.
public struct MessageItem: Sendable, Hashable {
  var stage: Stage
  var kind: String
  var severity: Severity
  var subject: String
  var text: String
  var remedy: String?
  /// How often it happened since it was last told.
  var times: Int
  /// The first and the last of these times, in seconds since 1970.
  var since: Double?
  var until: Double?
  /// What these were about, ten at the most.
  var subjects: [String]
  /// Whether the cause was ever about more than one thing.
  var isMany: Bool
  var issueKey: String?
  /// When the cause was first told, where it was before.
  var openedAt: Double?
  var details: JSON

  init(_ part: Draft.Part) {
    let cause = part.cause
    let event = cause.event
    stage = part.stage
    kind = cause.kind
    severity = part.stage == .resolved ? .info : cause.severity
    subject = event.subject
    text = part.stage == .resolved ? cause.resolution?.message ?? event.message : event.message
    remedy = part.stage == .resolved ? nil : event.remedy
    // A cause that is told and resolved at once is counted in the first of both.
    times = part.stage == .resolved && !cause.isOpen ? 0 : cause.waiting
    since = cause.waitingSince
    until = part.stage == .resolved ? cause.resolution?.at : cause.waitingUntil
    subjects = cause.subjects
    isMany = cause.isMany || cause.subjects.count > 1
    issueKey = cause.issueKey.isEmpty ? event.issueKey : cause.issueKey
    openedAt =
      part.stage == .resolved
      ? cause.openedAt ?? cause.waitingSince : part.stage == .again ? cause.toldAt : nil
    details = event.details
  }

  /// Reads it back; nil where it was not written by `json`.
  init?(_ json: JSON) {
    guard let stage = json["stage"]?.string.flatMap(Stage.init), let kind = json["kind"]?.string,
      let severity = json["severity"]?.string.flatMap(Severity.init),
      let subject = json["subject"]?.string, let text = json["text"]?.string
    else { return nil }
    self.stage = stage
    self.kind = kind
    self.severity = severity
    self.subject = subject
    self.text = text
    remedy = json["remedy"]?.string
    times = json["times"]?.integer ?? 1
    since = json["since"]?.number?.seconds
    until = json["until"]?.number?.seconds
    subjects = json["subjects"]?.array?.compactMap(\.string) ?? []
    isMany = json["many"]?.bool ?? false
    issueKey = json["issue_key"]?.string
    openedAt = json["opened_at"]?.number?.seconds
    details = json["details"] ?? .object([:])
  }

  /// As `jira_sync.messages.content` keeps it.
  var json: JSON {
    [
      "stage": .string(stage.rawValue), "kind": .string(kind),
      "severity": .string(severity.rawValue), "subject": .string(subject), "text": .string(text),
      "remedy": remedy.map(JSON.string) ?? .null, "times": .number(Decimal(times)),
      "since": since.json, "until": until.json,
      "subjects": .array(subjects.map(JSON.string)), "many": .bool(isMany),
      "issue_key": issueKey.map(JSON.string) ?? .null, "opened_at": openedAt.json,
      "details": details,
    ]
  }
}

extension Decimal {
  /// Whole seconds.
  fileprivate var seconds: Double? { Double(description) }
}

extension Double? {
  /// Whole seconds are enough for readers.
  fileprivate var json: JSON { map { .number(Decimal(Int($0.rounded(.down)))) } ?? .null }
}
