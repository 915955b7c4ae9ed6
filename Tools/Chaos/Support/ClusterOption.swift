import ArgumentParser
import Foundation

/// Which Postgres to work on.
struct ClusterOption: ParsableArguments {
  @Option(
    help: "A superuser's URI of a throwaway cluster; else JIRA_SYNC_TEST_DATABASE_URL says it.")
  var cluster: String?

  var uri: String {
    get throws {
      guard let uri = cluster ?? ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_DATABASE_URL"]
      else { throw UsageError(message: "no cluster: give --cluster, or run scripts/chaos") }
      return uri
    }
  }
}
