/// The section `dashboard` of `jira-sync.yaml`: where it is served.
public struct DashboardSettings: Sendable, Hashable {
  /// The address to listen on; loopback by default.
  public var host = "127.0.0.1"
  /// The port, 0 for any that is free; nil serves nothing.
  public var port: Int?
  /// Names under which it is reached, besides this machine's own; addresses need none.
  public var names: [String] = []

  /// Nothing is served.
  public init() {}

  /// Whether a number can be a port here.
  public static func isPort(_ number: Int) -> Bool { (0...65_535).contains(number) }

  /// Whether a text can be an address or a name: no URL, no port.
  public static func isHost(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789.-:_%".unicodeScalars.contains($0))
      }
      && (!text.contains(":")
        || text.split(separator: ":", omittingEmptySubsequences: false).count > 2)
  }
}
