import JSON

/// The section `dashboard` of `jira-sync.yaml`: where it is served.
public struct DashboardSettings: Sendable, Hashable {
  /// The address to listen on; loopback unless somebody says otherwise.
  public var host = "127.0.0.1"
  /// The port, 0 for any that is free; nil serves nothing.
  public var port: Int?
  /// Names under which it is reached, besides this machine's own; addresses need none.
  public var names: [String] = []

  private static let known = ["port", "host", "names"]

  /// Nothing is served.
  public init() {}

  /// Reads the section.
  ///
  /// - Parameter section: the section as the file has it; nil where it has none.
  /// - Throws: `DashboardSettingsError` with everything that is wrong.
  public init(_ section: JSON?) throws(DashboardSettingsError) {
    guard let section, !section.isNull else { return }
    guard let members = section.object else {
      throw DashboardSettingsError([
        "dashboard must be a mapping of keys to values, such as dashboard: {port: 8090}"
      ])
    }
    var problems: [String] = []
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      switch key {
      case "port":
        if let port = value.integer, Self.isPort(port) {
          self.port = port
        } else {
          problems.append(
            "dashboard.port is \(Self.shown(value)), but must be a number from 0 (any port that is "
              + "free) to 65535")
        }
      case "host":
        if let host = value.string, Self.isHost(host) {
          self.host = host
        } else {
          problems.append(
            "dashboard.host is \(Self.shown(value)), but must be an address of this machine, such as "
              + "127.0.0.1, or 0.0.0.0 for all of them")
        }
      case "names":
        let names = value.array?.compactMap(\.string) ?? []
        if names.count == value.array?.count,
          names.allSatisfy({ Self.isHost($0) && !$0.contains(":") })
        {
          self.names = names
        } else {
          problems.append(
            "dashboard.names is \(Self.shown(value)), but must be a list of names without a port, "
              + "such as [jira-sync.example.com]")
        }
      default:
        problems.append(
          "unknown key '\(key)' in dashboard; allowed are \(Self.known.joined(separator: ", "))")
      }
    }
    guard problems.isEmpty else { throw DashboardSettingsError(problems) }
  }

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

  private static func shown(_ value: JSON) -> String {
    switch value {
    case .null: "empty"
    case .string(let text): "'\(text.prefix(40))'"
    case .object: "a mapping"
    case .array: "a list"
    case .bool, .number: value.text
    }
  }
}
