import ArgumentParser
import JSON
import Jira
import SyncEngine

/// `jira-sync fields create`.
struct FieldsCreate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Makes the custom fields and options that the mapping wants and JIRA lacks.",
    discussion: """
      New fields get the type that jira-sync.yaml says or the column suggests, the options that the \
      rows and the mapping name, and a place on the project's screens. Nothing is removed or renamed. \
      Needs the token of a JIRA administrator and JIRA Cloud; elsewhere it says what to make by hand.

      Examples:
        jira-sync fields create --dry-run   say what would be made
        jira-sync fields create
      """)

  @Flag(help: "Say what would be made, and make nothing.")
  var dryRun = false

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let logger = settings.logger(label: "jira-sync.fields")
    let report = try await FieldSurvey.take(settings, logger: logger) { survey in
      let needed = FieldCreation.needed(survey.check, survey.census)
      guard !dryRun, !needed.isEmpty else {
        return CreationReport(needed: needed, isDryRun: dryRun)
      }
      let maker = FieldMaker(client: survey.client, facts: survey.facts)
      if let obstacle = try await maker.obstacle() {
        return CreationReport(needed: needed, obstacle: obstacle)
      }
      return await make(needed, with: maker)
    }
    StandardStream.output.write(json ? report.json.printable : report.text)
    if report.hasFailed { throw ExitCode(ExitStatus.failed.rawValue) }
  }

  /// Makes one after the other; one that JIRA refuses does not stop the others.
  private func make(_ needed: [FieldCreation], with maker: FieldMaker) async -> CreationReport {
    var report = CreationReport(needed: needed)
    for creation in needed {
      do {
        let made = try await maker.make(creation)
        report.outcomes.append(.init(id: made.id, remaining: made.remaining))
      } catch {
        report.outcomes.append(.init(error: "\(error)"))
      }
    }
    return report
  }
}
