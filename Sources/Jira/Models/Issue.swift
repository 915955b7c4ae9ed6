import FoundationEssentials
import JSON

/// An issue, with those fields and properties that were asked for.
public struct Issue: Sendable, Hashable {
  /// The id, which nothing changes: what to remember an issue by.
  public var id: String
  /// The key, which moves and renames change.
  public var key: String
  /// The fields by id, as JIRA writes them.
  public var fields: [String: JSON]
  /// The values of the entity properties by key.
  public var properties: [String: JSON]
  /// The latest entries of its history, oldest first; empty where they were not requested.
  public var changes: [IssueChange] = []
  /// Whether it was read through a search, whose values may be older than the issue (Data Center).
  public var isFromIndex = false

  /// Describes an issue.
  public init(
    id: String, key: String, fields: [String: JSON] = [:], properties: [String: JSON] = [:]
  ) {
    self.id = id
    self.key = key
    self.fields = fields
    self.properties = properties
  }

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let key = json["key"]?.string, !key.isEmpty
    else { return nil }
    self.init(
      id: id, key: key, fields: json["fields"]?.object ?? [:],
      properties: json["properties"]?.object ?? [:])
    changes = IssueChange.sorted(
      (json["changelog"]?["histories"]?.array ?? []).compactMap(IssueChange.init))
  }

  /// When it was last changed, in milliseconds since 1970; nil where `updated` was not asked for.
  public var updated: Int64? { fields["updated"]?.string.flatMap(JiraTimestamp.parse) }

  /// When it was made, in milliseconds since 1970; nil where `created` was not asked for.
  public var created: Int64? { fields["created"]?.string.flatMap(JiraTimestamp.parse) }

  /// When it was resolved, in milliseconds since 1970; nil where it is not or `resolutiondate` was not asked for.
  public var resolved: Int64? { fields["resolutiondate"]?.string.flatMap(JiraTimestamp.parse) }

  /// Its status; nil where `status` was not asked for.
  public var status: IssueStatus? { fields["status"].flatMap(IssueStatus.init) }

  /// The name of its resolution; nil where it has none or `resolution` was not asked for.
  public var resolution: String? { fields["resolution"]?["name"]?.string }

  /// The key of its project; nil where `project` was not asked for.
  public var projectKey: String? { fields["project"]?["key"]?.string }

  /// Its labels; empty where it has none or `labels` was not asked for.
  public var labels: [String] { (fields["labels"]?.array ?? []).compactMap(\.string) }
}

extension JSON {
  /// An id, which JIRA writes as a string in most places and as a number in some.
  var identifier: String? {
    if let string { return string.isEmpty ? nil : string }
    return integer.map { String($0) }
  }

  /// A whole number.
  static func int(_ value: Int) -> JSON { .number(Decimal(value)) }
}
