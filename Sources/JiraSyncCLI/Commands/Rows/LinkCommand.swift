import ArgumentParser
import JSON
import Jira
import Postgres
import SyncEngine

/// `jira-sync link`.
struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Makes a row and an existing issue belong together, and syncs them.",
    discussion: """
      Examples:
        jira-sync link 0042 SCRSKY-17
        jira-sync link src/models/api_models.py SCRSKY-17 --wait
        jira-sync link 0042 OPS-7 --project OPS
      """)

  @Argument(help: ArgumentHelp("A file number or a file path.", valueName: "row"))
  var row: String

  @Argument(help: ArgumentHelp("The key of the issue, or its address.", valueName: "issue"))
  var issue: String

  @Flag(
    help:
      "Take the issue from another row, replace another issue of the row, or give up a creation under way."
  )
  var force = false

  @Option(
    help: ArgumentHelp(
      "The issue may be in this project, which the database is not bound to.", valueName: "key"))
  var project: String?

  @Flag(help: "Link with an issue of another project without asking.")
  var yes = false

  @Flag(help: "Follow the job to its end.")
  var wait = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "link") { session in
      let found = try await RowFinder(session: session).find([row])[0]
      try await consent(to: found.label)
      let link = try await withJira(session) { client in
        try await ManualLinks(connection: session.connection, client: client)
          .link(issue, to: found.key, otherProject: project, force: force)
      }
      if wait, let job = link.jobID {
        try await waitForJobs([job], session: session).write(asJSON: output.json)
        return
      }
      StandardStream.output.write(output.json ? link.json.printable : link.text)
    }
  }

  /// Makes sure that a person wants an issue of another project to be written to.
  private func consent(to row: String) async throws {
    guard let project, !yes else { return }
    let sentence =
      "this links \(row) with an issue of the project \(project): its fields and its status are overwritten from the row"
    guard Terminal.canAsk else {
      throw CommandFailure(.usage, sentence + ". Say --yes to go ahead")
    }
    guard
      try await Prompt.confirm(
        sentence.prefix(1).uppercased() + sentence.dropFirst() + ". Go ahead?")
    else { throw CommandFailure(.failed, "nothing was done") }
  }
}

extension ManualLink {
  /// What was done, for people.
  fileprivate var text: String {
    var text = "\(label) is linked with \(issueKey ?? "no issue")"
    if let replaced { text += " instead of \(replaced)" }
    if let takenFrom { text += ", taken from \(takenFrom)" }
    return text.onOneLine + (jobID.map { "; job \($0) syncs them" } ?? "")
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
