import ArgumentParser
import JSON
import Jira
import Postgres
import Sync

/// `jira-sync link`.
struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Makes a row and an existing issue belong together, and brings them into step.",
    discussion: """
      Examples:
        jira-sync link 0042 SCRSKY-17
        jira-sync link src/models/api_models.py SCRSKY-17 --wait
      """)

  @Argument(help: ArgumentHelp("A file number or a file path.", valueName: "row"))
  var row: String

  @Argument(help: ArgumentHelp("The key of the issue.", valueName: "issue"))
  var issue: String

  @Flag(
    help:
      "Take the issue from another row, replace another issue of the row, or give up a creation under way."
  )
  var force = false

  @Flag(help: "Follow the job to its end.")
  var wait = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "link") { session in
      let found = try await RowFinder(session: session).find([row])[0]
      let link = try await withJira(session) { client in
        try await ManualLinks(connection: session.connection, client: client)
          .link(issue, to: found.key, force: force)
      }
      if wait, let job = link.jobID {
        try await waitForJobs([job], session: session).write(asJSON: output.json)
        return
      }
      StandardStream.output.write(output.json ? link.json.printable : link.text)
    }
  }
}

extension ManualLink {
  /// What was done, for people.
  fileprivate var text: String {
    var text = "\(label) is linked with \(issueKey ?? "no issue")"
    if let replaced { text += " instead of \(replaced)" }
    if let takenFrom { text += ", taken from \(takenFrom)" }
    return text.onOneLine + (jobID.map { "; job \($0) brings them into step" } ?? "")
  }

  /// What was done, for programs.
  var json: JSON {
    [
      "label": .string(label), "issue_key": .optional(issueKey),
      "replaced": .optional(replaced), "taken_from": .optional(takenFrom),
      "job": jobID.map { .integer(Int($0)) } ?? .null,
    ]
  }
}
