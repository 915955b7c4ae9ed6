import JSON

/// An issue as it is kept: no rendering, no names, only ids and values.
struct Issue: Codable, Sendable, Hashable {
  var id: Int
  var key: String
  /// Keys it had before; they still find it.
  var formerKeys: [String] = []
  /// False once the issue was moved out of the site's project.
  var isInProject = true
  /// Whether nobody sees it any more, as behind a security level; absent in older state files.
  var isHidden: Bool?
  /// Whether it was archived: it can be read and not changed, and search does not find it.
  var isArchived: Bool?
  var typeID: String
  var statusID: String
  var resolutionID: String?
  /// Values by field id, in the form of `FieldRules`.
  var fields: [String: JSON]
  var creator: String
  var created: Int64
  var updated: Int64
  var resolved: Int64?
  var comments: [Comment] = []
  var history: [HistoryEntry] = []
  /// Entity properties by key.
  var properties: [String: JSON] = [:]

  /// Whether it seems not to exist.
  var isSecret: Bool { isHidden == true }

  /// The number behind the dash of the key: keys are sorted by it.
  var keyNumber: Int { key.split(separator: "-").last.flatMap { Int($0) } ?? 0 }
}
