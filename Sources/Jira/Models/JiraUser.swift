import JSON

/// A person, as JIRA shows them to this account.
public struct JiraUser: Sendable, Hashable {
  /// `accountId` on Cloud, `name` on Data Center: what a user field takes.
  public var id: String
  /// The name to show.
  public var displayName: String
  /// The address, which most people hide.
  public var emailAddress: String?
  /// The zone in which JQL reads this person's quoted times, such as `Europe/Berlin`.
  public var timeZone: String?
  /// The language of the profile, such as `de_DE`; nil where JIRA does not tell.
  public var locale: String?
  /// Whether the account may be assigned to.
  public var isActive: Bool

  /// Whether JIRA shows names in English to this account; no where it does not tell.
  public var isEnglish: Bool {
    locale.map { $0.lowercased().prefix { $0.isLetter } == "en" } ?? false
  }

  init?(_ json: JSON) {
    guard let id = json["accountId"]?.string ?? json["name"]?.string ?? json["key"]?.string,
      !id.isEmpty
    else { return nil }
    self.id = id
    displayName = json["displayName"]?.string ?? id
    emailAddress = json["emailAddress"]?.string
    timeZone = json["timeZone"]?.string
    locale = json["locale"]?.string
    isActive = json["active"]?.bool ?? true
  }
}
