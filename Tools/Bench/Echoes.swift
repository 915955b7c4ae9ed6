import ArgumentParser
import HTTP
import Postgres

/// Whether our own writes ever come back as a change by a user.
struct Echoes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Polls what a sync has just written and counts the calls and jobs that this causes.")

  @OptionGroup var options: DatabaseOptions
  @Option(help: "The sandbox, started with --admin.") var sandbox: String

  func run() async throws {
    let transport = CurlClient()
    let pairs = try await SyncedPairs.connect(options, sandbox: sandbox, transport: transport)
    let log = SandboxLog(baseURL: sandbox, transport: transport)
    let start = try await log.requests(since: 0).last?.number ?? 0
    let jobs = try await finished(pairs)
    try await pairs.poll()
    try await pairs.poll()
    let writes = try await log.requests(since: start).count { $0.isWrite }
    report("echo_writes", Double(writes))
    report("echo_jobs", Double(try await finished(pairs) - jobs))
    report("echo_rows", Double(try await pairs.links().count))
    report("echo_differences", Double(try await pairs.differences().count))
    await transport.shutdown()
  }

  private func finished(_ pairs: SyncedPairs) async throws -> Int {
    try await pairs.connection.query(
      "select count(*) as n from jira_sync.job_history where row_id is not null",
      doing: "counting jobs of rows"
    ).one.get("n")
  }
}
