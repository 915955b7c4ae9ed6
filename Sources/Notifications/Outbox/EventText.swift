import JSON

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
