import ArgumentParser
import JSON
import Jira
import Postgres
import Sync

/// `jira-sync explain`.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Says why a row is as it is: its link, both sides, what a sync would do now, what waits, what failed.",
    discussion: """
      ROW is a file number, a file path, or the key of an issue. JIRA is read and not written. Where JIRA cannot be \
      reached, what the database knows is shown all the same, and the exit code is 69.

      Examples:
        jira-sync explain 0042
        jira-sync explain src/models/api_models.py --json
      """)

  @Argument(help: ArgumentHelp("A file number or a file path.", valueName: "row"))
  var row: String

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "explain") { session in
      let found = try await RowFinder(session: session).findOne(row)
      let known = try await Explanation.read(found, session)
      var preview: RowPreview?
      var trouble: (any Error)?
      do {
        preview = try await withSite(session) { site, database in
          try await Preview(site: site, database: database).rows([found.id]).first
        }
      } catch {
        trouble = error
      }
      if output.json {
        var json = known.json
        json["plan"] = preview?.json(withUnchanged: true) ?? .null
        json["plan_error"] = .optional(trouble.map { ErrorReport($0).text })
        StandardStream.output.write(json.text)
      } else {
        StandardStream.output.write(known.text(for: Terminal(.output)))
        if let preview {
          StandardStream.output.write("\nA sync now:")
          StandardStream.output.write(
            PreviewText(preview: preview, terminal: Terminal(.output), withUnchanged: true).text)
        }
      }
      if let trouble { throw trouble }
    }
  }
}
