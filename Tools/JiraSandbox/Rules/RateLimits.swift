/// How fast Cloud lets itself be asked.
///
/// A token bucket for each verb and endpoint, shared by everybody, and two windows for writes to one issue: 20 in 2 s, 100 in 30 s.
struct RateLimits: Sendable {
  private struct Bucket: Sendable {
    var tokens: Double
    var filled: Int64
  }

  private var buckets: [String: Bucket] = [:]
  /// When each issue was written in the last 30 s.
  private var writes: [Int: [Int64]] = [:]

  private static let windows: [(most: Int, milliseconds: Int64)] = [(20, 2000), (100, 30_000)]

  /// Counts a request.
  ///
  /// - Parameters:
  ///   - method: the verb.
  ///   - endpoint: the path without what names an issue.
  ///   - issue: the id of the issue that the path names.
  ///   - now: milliseconds since 1970.
  /// - Throws: `Refusal` with status 429 where it comes too fast.
  mutating func take(
    method: String, endpoint: String, issue: Int?, at now: Int64
  ) throws(Refusal) {
    let most = RateLimits.perSecond(method: method, endpoint: endpoint)
    let key = "\(method) \(endpoint)"
    var bucket = buckets[key] ?? Bucket(tokens: most, filled: now)
    bucket.tokens = min(most, bucket.tokens + most * Double(now - bucket.filled) / 1000)
    bucket.filled = now
    guard bucket.tokens >= 1 else {
      buckets[key] = bucket
      throw .tooFast("jira-burst-based", seconds: 1, limit: Int(most))
    }
    if let issue, method != "GET" { try takeWrite(issue, at: now) }
    bucket.tokens -= 1
    buckets[key] = bucket
  }

  private mutating func takeWrite(_ issue: Int, at now: Int64) throws(Refusal) {
    var times = (writes[issue] ?? []).filter { $0 > now - 30_000 }
    for window in RateLimits.windows {
      let inside = times.filter { $0 > now - window.milliseconds }
      guard inside.count < window.most else {
        let wait = (inside.first ?? now) + window.milliseconds - now
        throw .tooFast(
          "jira-per-issue-on-write", seconds: Int((wait + 999) / 1000), limit: window.most)
      }
    }
    times.append(now)
    writes[issue] = times
  }

  private static func perSecond(method: String, endpoint: String) -> Double {
    switch (method, endpoint) {
    case ("GET", "issue/*"): 150
    case ("GET", "issue/*/changelog"): 200
    case ("PUT", _), ("DELETE", _): 50
    default: 100
    }
  }
}

extension Refusal {
  fileprivate static func tooFast(_ reason: String, seconds: Int, limit: Int) -> Refusal {
    Refusal(
      status: 429, messages: ["Rate limit exceeded."],
      headers: [
        ("Retry-After", "\(seconds)"), ("RateLimit-Reason", reason),
        ("X-RateLimit-Limit", "\(limit)"), ("X-RateLimit-Remaining", "0"),
      ])
  }
}
