import Yams

/// Reads `dashboard`: where it is served.
enum DashboardSection {
  /// Reads the section.
  static func read(
    _ node: Node, into settings: inout DashboardSettings, _ issues: inout ConfigurationIssues
  ) {
    for (key, _, value) in issues.members(node, "dashboard", known: ["port", "host", "names"]) ?? []
    {
      func refuse(_ allowed: String) {
        issues.add(
          "dashboard.\(key) is \(ConfigurationIssues.kind(value)), but must be \(allowed)",
          at: value)
      }
      switch key {
      case "port":
        if let port = value.plainInt, DashboardSettings.isPort(port) {
          settings.port = port
        } else {
          refuse("a number from 0 (any port that is free) to 65535")
        }
      case "host":
        if let host = value.string, DashboardSettings.isHost(host) {
          settings.host = host
        } else {
          refuse("an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them")
        }
      default:
        let names = issues.texts(value, "dashboard.names") ?? []
        if names.allSatisfy({ DashboardSettings.isHost($0) && !$0.contains(":") }) {
          settings.names = names
        } else {
          refuse("a list of names without a port, such as [jira-sync.example.com]")
        }
      }
    }
  }
}
