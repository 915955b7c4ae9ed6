import FoundationEssentials
import JSON
import Mapping

extension SiteLimits {
  private static let known = ["calls_per_second", "endpoints", "longest_wait"]
  private static let waits: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
  private static let example = "limits: {calls_per_second: 20}"

  /// Reads the section `limits` of `jira-sync.yaml`.
  ///
  /// - Parameters:
  ///   - section: the section; nil where the file has none.
  ///   - file: the file's name, for messages.
  /// - Throws: `MappingError` with everything that is wrong: what was found, what is allowed.
  public init(section: JSON?, file: String) throws(MappingError) {
    self = .standard
    var problems: [String] = []
    switch section {
    case nil, .null?: return
    case .object(let members)?:
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        switch key {
        case "calls_per_second":
          switch Self.rate(value) {
          case .success(let rate): callsPerSecond = rate
          case .failure(let problem): problems.append("limits.calls_per_second \(problem.text)")
          }
        case "longest_wait":
          if let wait = SettingsReader.duration(value.string ?? value.text),
            Self.waits.contains(wait)
          {
            longestWait = wait
          } else {
            problems.append(
              "limits.longest_wait is \(value.text); write a time from 1s to 1d, such as 30m or 1h")
          }
        case "endpoints": endpoints = Self.endpoints(value, &problems)
        default:
          problems.append(
            "unknown key '\(key)' in limits\(Spelling.hint(key, in: Self.known)); allowed are "
              + Self.known.joined(separator: ", "))
        }
      }
    default: problems.append("limits must be a mapping of keys to values, such as \(Self.example)")
    }
    guard problems.isEmpty else {
      throw MappingError(problems.map { MappingError.Issue($0, file: file) })
    }
  }

  private struct Problem: Error {
    let text: String
  }

  /// A number of calls, or a word for no ceiling.
  private static func rate(_ value: JSON) -> Result<Double?, Problem> {
    if let word = value.string?.lowercased(), word == "none" || word == "unlimited" {
      return .success(nil)
    }
    if let rate = value.number.flatMap({ Double($0.description) }), rate > 0, rate <= 10_000 {
      return .success(rate)
    }
    let found = value == .null ? "empty" : "'\(value.string ?? value.text)'"
    return .failure(
      Problem(text: "must be a number above 0 and up to 10000, or none, but is \(found)"))
  }

  private static func endpoints(_ value: JSON, _ problems: inout [String]) -> [String: Double] {
    guard let members = value.object else {
      problems.append(
        "limits.endpoints must be a mapping of endpoints to calls a second, such as {POST /issue: 5}"
      )
      return [:]
    }
    var rates: [String: Double] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      let isEndpoint = ["GET /", "POST /", "PUT /", "DELETE /"].contains(where: name.hasPrefix)
      guard isEndpoint else {
        problems.append(
          """
          limits.endpoints has '\(name)', which is no verb and path, such as POST /issue or PUT /issue/{id}
          """)
        continue
      }
      switch rate(value) {
      case .success(let rate?): rates[name] = rate
      case .success(nil): break
      case .failure(let problem): problems.append("limits.endpoints.'\(name)' \(problem.text)")
      }
    }
    return rates
  }
}
