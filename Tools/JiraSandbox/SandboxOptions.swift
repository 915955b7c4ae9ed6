import Foundation

/// How a sandbox behaves.
public struct SandboxOptions: Sendable {
  /// The address to listen on.
  public var host = "127.0.0.1"
  /// The port to listen on; 0 takes a free one.
  public var port = 0
  /// Which product is played.
  public var deployment = Deployment.cloud
  /// Who has an account.
  public var people = Person.standard
  /// What an administrator translated besides, by language and stored name.
  public var translations: [Language: [String: String]] = [:]
  /// Whether Cloud heeds `X-Force-Accept-Language`; a gateway before it may drop the header.
  public var heedsForcedLanguage = true
  /// Where Cloud gives stored names beside translated ones.
  public var storedNames = StoredNames.everywhere
  /// The file that keeps the state; nil keeps it in memory.
  public var stateFile: String?
  /// How long after a write search sees it.
  public var indexLag = Duration.zero
  /// The zone in which timestamps are rendered, an IANA name.
  public var siteZone = "Europe/Berlin"
  /// Whether the endpoints under `/sandbox/admin` are served.
  public var hasAdmin = false
  /// The most issues that a search with fields returns at once, whatever was asked for.
  public var longestPage = 100
  /// Whether requests that come too fast are answered with 429, as on Cloud.
  public var hasRateLimits = false
  /// The file to which every request and its answer are appended, a line of JSON each; nil keeps no record.
  public var recordFile: String?
  /// The time, in milliseconds since 1970.
  public var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }

  /// The behaviour of a sandbox for local use.
  public init() {}
}

/// Where Cloud gives the stored name, `untranslatedName`, beside one that it shows in another language; Data Center never does.
public enum StoredNames: String, Sendable, Hashable, CaseIterable {
  /// In lists of values, in issues and in transitions.
  case everywhere
  /// Only in lists of values.
  case lists
  /// Nowhere.
  case nowhere
}
