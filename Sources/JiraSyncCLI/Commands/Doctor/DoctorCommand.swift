import ArgumentParser
import JSON

/// `jira-sync doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Checks everything: configuration, database, JIRA, notifications; says what to do about each trouble.",
    discussion: """
      Each line is ok, a warning or a failure. What is optional and absent is a warning. Exits with 1 where something \
      failed. Nothing is changed.

      Examples:
        jira-sync doctor
        jira-sync doctor --json
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    let terminal = Terminal(.output)
    let show: (Finding) -> Void = { finding in
      if !output.json { StandardStream.output.write(finding.text(for: terminal)) }
    }
    var findings: [Finding] = []
    var configuration = Checkup("configuration", show: show)
    let settings = configuration.checkConfiguration(common)
    findings += configuration.findings
    if let settings {
      let logger = settings.logger(label: "jira-sync.doctor")
      var database = Checkup("database", show: show)
      await database.checkDatabase(settings, logger: logger)
      var jira = Checkup("jira", show: show)
      await jira.checkJira(settings, logger: logger)
      var notifications = Checkup("notifications", show: show)
      notifications.checkNotifications(settings)
      findings += database.findings + jira.findings + notifications.findings
    }
    let failures = findings.count { $0.level == .failure }
    let warnings = findings.count { $0.level == .warning }
    if output.json {
      let json: JSON = [
        "ok": .bool(failures == 0), "failures": .integer(failures), "warnings": .integer(warnings),
        "checks": .array(findings.map(\.json)),
      ]
      StandardStream.output.write(json)
    } else {
      StandardStream.output.write(
        "\(findings.count) checks: \(failures) failures, \(warnings) warnings")
    }
    if failures > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
  }
}
