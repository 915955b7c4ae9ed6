import ArgumentParser
import Postgres

/// `jira-sync jobs cancel`.
struct JobsCancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Takes jobs back: waiting ones at once, a running one as soon as its worker can stop."
  )

  @Argument(help: "The ids of the jobs.")
  var jobs: [Int64]

  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "jobs") { session in
      var unknown: [Int64] = []
      for job in jobs {
        let cancelled: Bool = try await session.query(
          "select jira_sync.cancel(\(job)::bigint) as cancelled", doing: "cancelling job \(job)"
        ).one.get("cancelled")
        if cancelled {
          StandardStream.output.write("cancelled job \(job)")
        } else {
          unknown.append(job)
        }
      }
      guard unknown.isEmpty else {
        throw CommandFailure(
          .failed,
          "there is no job " + unknown.map(String.init).joined(separator: ", ")
            + "; it may have ended. See: jira-sync jobs list")
      }
    }
  }
}
