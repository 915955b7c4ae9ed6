import ArgumentParser
import Glibc
import JSON
import Mapping
import SyncConfiguration

/// The command line.
@main
struct JiraSync: AsyncParsableCommand {
  /// What `--version` says.
  static let version = "0.2.0"

  static let configuration = CommandConfiguration(
    commandName: "jira-sync",
    abstract: "Keeps the rows of a Postgres table and JIRA issues in sync.",
    discussion: """
      Settings come from the environment or from .env in the working directory: DATABASE_URL, \
      JIRA_BASE_URL, JIRA_EMAIL and JIRA_API_TOKEN (or JIRA_PAT), JIRA_PROJECT.

      Examples:
        jira-sync migrate             install or update the schema
        jira-sync migrate --status    list what is applied and what is pending
        jira-sync worker              work on the queue until Ctrl-C
        jira-sync worker --drain      end when nothing is left to do
      """,
    version: version,
    subcommands: commands)

  static func main() async {
    // A closed pipe is an error of a write, and no reason to end in the middle of a job.
    signal(SIGPIPE, SIG_IGN)
    var command: any ParsableCommand
    do {
      command = try parseAsRoot()
    } catch {
      if let text = unknownCommand(CommandLine.arguments.dropFirst().first) {
        StandardStream.error.write(text)
        OutputThread.shared.finish()
        Glibc.exit(ExitStatus.usage.rawValue)
      }
      // Help and version as well as what is wrong with the command line: 0 or 64.
      exit(withError: error)
    }
    do {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
    OutputThread.shared.finish()
    Glibc.exit(ExitStatus.done.rawValue)
  }

  /// What to say of a command that does not exist; nil where the word is none, or names one.
  ///
  /// - Parameter word: the first argument.
  /// - Returns: the text, with the command that may be meant.
  static func unknownCommand(_ word: String?) -> String? {
    let known = commands.map { $0._commandName } + ["help"]
    guard let word, !word.hasPrefix("-"), !known.contains(word) else { return nil }
    let name = word.onOneLine
    return """
      jira-sync has no command '\(name)'\(Spelling.hint(name, in: known))
      Usage: jira-sync COMMAND; jira-sync --help lists the commands
      """
  }

  /// Reports an error of a command that ran, and ends the process.
  private static func end(with error: any Error) -> Never {
    // The parser's own ways to end: help, a check that `run` made, a status without words.
    if error is ExitCode || exitCode(for: error) != .failure {
      OutputThread.shared.finish()
      exit(withError: error)
    }
    let report = ErrorReport(error)
    // What a database or JIRA said is part of it.
    StandardStream.error.write(report.line.printable(keeping: ["\n"]))
    OutputThread.shared.finish()
    Glibc.exit(report.status.rawValue)
  }
}
