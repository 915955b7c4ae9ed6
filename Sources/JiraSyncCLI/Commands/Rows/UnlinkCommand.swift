import ArgumentParser
import JSON
import Postgres
import SyncEngine

/// `jira-sync unlink`.
struct UnlinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlink",
    abstract: "Ends what is between a row and its issue; the issue stays, and none is made again.",
    discussion: """
      Examples:
        jira-sync unlink 0042
      """)

  @Argument(help: ArgumentHelp("A file number or a file path.", valueName: "row"))
  var row: String

  @Flag(help: "Also where an issue is just being made, or being searched for.")
  var force = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "unlink") { session in
      let found = try await RowFinder(session: session).find([row])[0]
      let link = try await ManualLinks.unlink(found.key, force: force, on: session.connection)
      let text =
        link.issueKey.map {
          "\(link.label) is not linked with \($0) any more; the issue stays as it is"
        }
        ?? "\(link.label) has no issue, and none will be made"
      StandardStream.output.write(output.json ? link.json.printable : text.onOneLine)
    }
  }
}
