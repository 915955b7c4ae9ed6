import ArgumentParser
import JSON
import Postgres

/// `jira-sync jobs retry`.
struct JobsRetry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Makes dead jobs ready again; safe, since a job only says where to look.",
    discussion: """
      Examples:
        jira-sync jobs retry 42 43
        jira-sync jobs retry --all
      """)

  @Argument(help: "The ids of dead jobs.")
  var jobs: [Int64] = []

  @Flag(help: "All dead jobs.")
  var all = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard all != !jobs.isEmpty else {
      throw ValidationError("name the jobs, or say --all, and not both")
    }
  }

  func run() async throws {
    let revived = try await withQueue(common, "jobs") { session -> Int in
      if all {
        return try await session.query(
          "select jira_sync.retry_dead() as count", doing: "retrying dead jobs"
        ).one.get("count")
      }
      let found = try await session.query(
        """
        update jira_sync.jobs set state = 'ready', attempt = 0, crashes = 0, run_at = now()
        where id = any(\(jobs)::bigint[]) and state = 'dead' returning id
        """, doing: "retrying dead jobs"
      ).rows.map { row in try row.get("id", as: Int64.self) }
      let others = jobs.filter { !found.contains($0) }
      guard others.isEmpty else {
        throw CommandFailure(
          .failed,
          "there is no dead job " + others.map(String.init).joined(separator: ", ")
            + (found.isEmpty ? "" : "; \(found.count) others are ready again")
            + ". See: jira-sync jobs list --state dead")
      }
      return found.count
    }
    StandardStream.output.write(
      output.json
        ? JSON.object(["retried": .integer(revived)]).text : "\(revived) jobs are ready again")
  }
}
