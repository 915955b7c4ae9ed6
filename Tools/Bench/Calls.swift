import ArgumentParser
import HTTP

/// Counts the calls that the sandbox has seen.
struct Calls: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Counts the calls in the sandbox's log: all, by kind, and in the busiest second.")

  @Option(help: "The sandbox, with its admin endpoints.")
  var sandbox: String

  @Option(help: "Only calls behind this number of the log.")
  var since = 0

  func run() async throws {
    let transport = CurlClient()
    let requests = try await SandboxLog(baseURL: sandbox, transport: transport)
      .requests(since: since)
    await transport.shutdown()
    report("last", Double(requests.last?.number ?? since))
    report("calls", Double(requests.count))
    report("writes", Double(requests.filter(\.isWrite).count))
    report("creations", Double(requests.filter(\.makesIssues).count))
    report("edits", Double(requests.filter { $0.method == "PUT" }.count))
    let isStep = { (request: SandboxLog.Request) in request.path.hasSuffix("/transitions") }
    report("looks", Double(requests.filter { isStep($0) && $0.method == "GET" }.count))
    report("steps", Double(requests.filter { isStep($0) && $0.method == "POST" }.count))
    report("limited", Double(requests.filter { $0.status == 429 }.count))
    let times = requests.map(\.time).sorted()
    report("busiest_second", Double(Self.busiest(times)))
    guard let first = times.first, let last = times.last, last > first else { return }
    report("seconds", last - first)
    report("per_second", Double(times.count - 1) / (last - first))
    report("while_blocked", Double(Self.whileBlocked(requests)))
  }

  /// The most calls in any second.
  static func busiest(_ times: [Double]) -> Int {
    var most = 0
    var start = 0
    for end in times.indices {
      while times[end] - times[start] >= 1 { start += 1 }
      most = max(most, end - start + 1)
    }
    return most
  }

  /// Calls that began after the first 429 was answered and before its time was over; what was under way is allowed.
  private static func whileBlocked(_ requests: [SandboxLog.Request]) -> Int {
    guard let refused = requests.first(where: { $0.status == 429 }) else { return 0 }
    let begins = refused.time + inFlight
    return requests.filter { $0.time > begins && $0.time < refused.time + blocked }.count
  }

  /// What `scripts/bench` says in `Retry-After`, a little less for what the way takes.
  private static let blocked = 4.9
  /// As long as an answer takes to come, and the others to hear of it.
  private static let inFlight = 0.05
}
