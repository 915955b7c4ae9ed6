import ArgumentParser
import JSON
import SyncEngine

/// `jira-sync fields check`.
struct FieldsCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compares the mapping with the JIRA site and with what the rows hold.",
    discussion: """
      Looks for fields that are missing, doubled, renamed or of another type, for options that rows \
      hold or the mapping names and JIRA does not offer, for fields that are not on the screens, for \
      fields that JIRA requires and nothing fills, and for statuses that the workflow lacks. Each line \
      says the column, the field and what to do. Nothing is changed.

      Exits with 0 where all is well, warnings included, with 1 where something would fail.

      Examples:
        jira-sync fields check
        jira-sync fields check --json
      """)

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let logger = settings.logger(label: "jira-sync.fields")
    let report = try await FieldSurvey.take(settings, logger: logger) { survey in
      CheckReport(
        findings: survey.check.findings(survey.census), mapped: survey.check.found.count,
        rows: survey.census.rows, sawEditScreen: survey.facts.editMetadata != nil)
    }
    StandardStream.output.write(json ? report.json.printable : report.text)
    if report.errors > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
  }
}
