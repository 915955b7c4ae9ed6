/// A user with an account at the sandbox.
public struct Person: Sendable, Hashable {
  /// The address used with Basic authentication.
  public var email: String
  /// The API token; with Bearer authentication it stands alone.
  public var token: String
  /// The name that is shown.
  public var displayName: String
  /// The zone of the profile, an IANA name: quoted dates in JQL are read in it.
  public var timeZone: String
  /// The language of the profile.
  public var language = Language.english
  /// Whether the site may be configured, and edits may suppress notifications.
  public var isAdministrator: Bool
  /// Whether the project and its issues are to be seen: without it they seem not to exist.
  public var mayBrowse = true
  /// Whether issues may be made and changed.
  public var mayEdit = true

  /// Describes a person.
  public init(
    email: String, token: String, displayName: String? = nil,
    timeZone: String = "America/Los_Angeles", isAdministrator: Bool = false
  ) {
    self.email = email
    self.token = token
    self.displayName = displayName ?? Person.name(from: email)
    self.timeZone = timeZone
    self.isAdministrator = isAdministrator
  }

  /// The two people a sandbox has where nobody else is named.
  public static let standard = [
    Person(email: "sandbox@example.com", token: "sandbox", displayName: "Sandbox User"),
    Person(
      email: "alex@example.com", token: "alex", displayName: "Alex Example",
      timeZone: "Europe/London"),
  ]

  /// Whether the person has a permission, by its key.
  func has(permission key: String) -> Bool {
    switch key {
    case "BROWSE_PROJECTS": mayBrowse
    case _ where key.hasPrefix("ADMINISTER"): isAdministrator
    default: mayBrowse && mayEdit
    }
  }

  /// The id by which Cloud names the person: always the same for one address.
  public var accountID: String {
    let text = String(Person.hash(of: email), radix: 16)
    return "5b10a2844c20165700" + String(repeating: "0", count: 16 - text.count) + text
  }

  /// The name by which Data Center knows the person: the address up to its `@`.
  public var name: String {
    email.split(separator: "@", maxSplits: 1).first.map(String.init) ?? email
  }

  private static func name(from email: String) -> String {
    let local = email.split(separator: "@", maxSplits: 1).first.map(String.init) ?? email
    return local.split { ".-_+".contains($0) }
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }

  /// FNV-1a: stable between runs, unlike Swift's own hashing.
  private static func hash(of text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
