import Yams

/// Reads `notifications`: what goes to which channel.
enum NotificationsSection {
  private static let ruleKeys = ["severity", "kinds", "also", "never", "resolved", "digest"]

  /// Reads the section.
  static func read(
    _ node: Node, into settings: inout NotificationSettings,
    _ issues: inout ConfigurationIssues
  ) {
    let names = NotificationSettings.channels.map(\.0)
    guard let members = issues.members(node, "notifications", known: names + ["digest"]) else {
      return
    }
    // For all channels, so first.
    if let value = members.first(where: { $0.key == "digest" })?.value,
      let digest = issues.span(value, "notifications.digest")
    {
      for name in settings.rules.keys { settings.rules[name]?.digest = digest }
    }
    let common = settings.rules["email"] ?? ChannelRule()
    for (name, _, value) in members where name != "digest" && !value.isNull {
      if let isOn = value.plainBool {
        settings.rules[name] = isOn ? settings.rules[name] ?? common : nil
      } else {
        settings.rules[name] = rule(
          value, "notifications.\(name)", from: settings.rules[name] ?? common, &issues)
      }
    }
  }

  private static func rule(
    _ node: Node, _ path: String, from standard: ChannelRule,
    _ issues: inout ConfigurationIssues
  ) -> ChannelRule {
    var rule = standard
    guard let members = issues.members(node, path, known: ruleKeys) else { return rule }
    let keys = members.map(\.key)
    for (key, _, value) in members {
      let what = "\(path).\(key)"
      switch key {
      case "severity":
        rule.severity = issues.choice(value, what, as: Severity.self) ?? rule.severity
      case "kinds":
        guard let kinds = kinds(value, what, &issues) else { continue }
        rule.kinds = kinds
        // Kinds that are named are meant, and nothing else.
        if !keys.contains("severity") { rule.severity = .info }
        if !keys.contains("also") { rule.also = [] }
      case "also": rule.also = kinds(value, what, &issues) ?? rule.also
      case "never": rule.never = kinds(value, what, &issues) ?? rule.never
      case "resolved": rule.resolved = issues.flag(value, what) ?? rule.resolved
      default: rule.digest = issues.span(value, what) ?? rule.digest
      }
    }
    return rule
  }

  private static func kinds(
    _ node: Node, _ what: String, _ issues: inout ConfigurationIssues
  ) -> [String]? {
    let known = EventKind.allCases.map(\.rawValue)
    return issues.texts(node, what)?.filter { kind in
      if known.contains(kind) { return true }
      issues.add(
        "\(what) names '\(kind)', but the kinds are \(known.joined(separator: ", "))", at: node)
      return false
    }
  }
}
