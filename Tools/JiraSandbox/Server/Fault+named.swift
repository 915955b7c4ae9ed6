import Foundation
import JSON

extension Fault {
  /// The ways of JIRA, and of the proxies before it, to say "not now", by the names that a fault's action may have.
  static let named: [String: Action] = [
    // The four kinds of 429 that Cloud documents: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
    "rate-limit-burst": .reply(limited("jira-burst-based", [("Retry-After", "1")])),
    "rate-limit-issue": .reply(limited("jira-per-issue-on-write", [("Retry-After", "2")])),
    "rate-limit-quota": .reply(limited("jira-quota-global-based", [("Retry-After", "1847")])),
    "rate-limit-reset": .late { now in
      limited(
        "jira-quota-tenant-based",
        [("X-RateLimit-Reset", Fault.utc.text(of: now + 5000).replacing("+0000", with: "Z"))])
    },
    // A gateway's: no reason, no time, no JSON.
    "rate-limit-html": .reply(page(429, "Too Many Requests")),
    "unavailable": .reply(page(503, "Service Unavailable")),
    "unavailable-for": .reply(page(503, "Service Unavailable", [("Retry-After", "2")])),
    "unavailable-until": .late { now in
      page(503, "Service Unavailable", [("Retry-After", httpDate(now + 5000))])
    },
    "bad-gateway": .reply(page(502, "Bad Gateway")),
    "internal-error": .reply(
      .json(["errorMessages": ["Internal server error"], "errors": [:]], status: 500)),
  ]

  private static func limited(
    _ reason: String, _ headers: [(name: String, value: String)]
  ) -> SandboxReply {
    var reply = SandboxReply.json(
      ["errorMessages": ["Rate limit exceeded."], "errors": [:]], status: 429)
    reply.headers += [
      ("RateLimit-Reason", reason), ("X-RateLimit-Limit", "100"), ("X-RateLimit-Remaining", "0"),
    ]
    reply.headers += headers
    return reply
  }

  private static func page(
    _ status: Int, _ title: String, _ headers: [(name: String, value: String)] = []
  ) -> SandboxReply {
    var reply = SandboxReply.html(
      "<html><head><title>\(status) \(title)</title></head><body><h1>\(title)</h1></body></html>",
      status: status)
    reply.headers += headers
    return reply
  }

  private static let utc = Zone(timeZone: .gmt)

  /// `Tue, 24 Nov 2026 06:00:00 GMT`: RFC 9110, 5.6.7.
  private static func httpDate(_ milliseconds: Int64) -> String {
    let time = CivilTime(millisecondsOfDayLine: milliseconds)
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let day = days[((time.dayNumber % 7) + 7) % 7]
    let clock = [time.hour, time.minute, time.second].map { twoDigits($0) }.joined(separator: ":")
    return "\(day), \(twoDigits(time.day)) \(months[time.month - 1]) \(time.year) \(clock) GMT"
  }
}
