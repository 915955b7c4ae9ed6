import ArgumentParser
import JSON
import Jira
import Postgres
import SyncEngine

/// `jira-sync explain`.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Says why a row is as it is: its link, both sides, what a sync would do now, what waits, what failed.",
    discussion: """
      ROW is a file number, a file path, or the key of an issue. JIRA is read and not written. Where JIRA cannot be \
      reached, what the database knows is shown all the same, and the exit code is 69.

      With --errors instead of ROW: all rows that something stands in the way of, and what.

      Examples:
        jira-sync explain 0042
        jira-sync explain src/models/api_models.py --json
        jira-sync explain --errors
      """)

  @Argument(help: ArgumentHelp("A file number or a file path.", valueName: "row"))
  var row: String?

  @Flag(help: "List the rows that have an error.")
  var errors = false

  @Option(help: ArgumentHelp("How many --errors lists at the most.", valueName: "n"))
  var limit = 100

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is \(limit); it takes 1 or more") }
    guard errors == (row == nil) else {
      throw ValidationError("say which row, or --errors for all that have one")
    }
  }

  func run() async throws {
    guard let row else {
      let rows = try await withQueue(common, "explain") { session in
        try await RowErrors.read(limit: limit, session)
      }
      return output.write(rows, nothing: "no row has an error") { _ in
        RowErrors.table(rows)
      }
    }
    try await explain(row)
  }

  private func explain(_ row: String) async throws {
    try await withQueue(common, "explain") { session in
      let found = try await RowFinder(session: session).findOne(row)
      let known = try await Explanation.read(found, session)
      var preview: RowPreview?
      var trouble: (any Error)?
      do {
        preview = try await withSite(session) { site, database in
          try await Preview(site: site, database: database).rows([found.key]).first
        }
      } catch {
        trouble = error
      }
      if output.json {
        var json = known.json
        json["plan"] = preview?.json(withUnchanged: true) ?? .null
        json["plan_error"] = .optional(trouble.map { ErrorReport($0).text })
        StandardStream.output.write(json)
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
