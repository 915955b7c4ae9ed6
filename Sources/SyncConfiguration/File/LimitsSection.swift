import Yams

/// Reads `limits`: how fast JIRA may be called.
enum LimitsSection {
  private static let waits: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)

  /// Reads the section.
  static func read(
    _ node: Node, into limits: inout SiteLimits, _ issues: inout ConfigurationIssues
  ) {
    let known = ["calls_per_second", "endpoints", "longest_wait"]
    for (key, _, value) in issues.members(node, "limits", known: known) ?? [] {
      switch key {
      case "calls_per_second":
        if let rate = rate(value, "limits.calls_per_second", &issues) {
          limits.callsPerSecond = rate.value
        }
      case "longest_wait":
        limits.longestWait =
          issues.duration(value, "limits.longest_wait", in: waits) ?? limits.longestWait
      default: endpoints(value, into: &limits, &issues)
      }
    }
  }

  /// A rate; `none` is one without a value.
  private struct Rate {
    var value: Double?
  }

  private static func rate(
    _ node: Node, _ what: String, _ issues: inout ConfigurationIssues
  ) -> Rate? {
    if let word = node.string?.lowercased(), word == "none" || word == "unlimited" {
      return Rate()
    }
    if let rate = node.plainNumber, rate > 0, rate <= 10_000 { return Rate(value: rate) }
    issues.add(
      "\(what) must be a number above 0 and up to 10000, or none, but is "
        + ConfigurationIssues.kind(node), at: node)
    return nil
  }

  private static func endpoints(
    _ node: Node, into limits: inout SiteLimits, _ issues: inout ConfigurationIssues
  ) {
    for (name, key, value) in issues.members(node, "limits.endpoints", known: nil) ?? [] {
      guard ["GET /", "POST /", "PUT /", "DELETE /"].contains(where: name.hasPrefix) else {
        issues.add(
          "limits.endpoints has '\(name)', which is no verb and path, such as POST /issue or PUT /issue/{id}",
          at: key)
        continue
      }
      if let rate = rate(value, "limits.endpoints.'\(name)'", &issues)?.value {
        limits.endpoints[name] = rate
      }
    }
  }
}
