import ArgumentParser
import Glibc
import Jira
import Mapping
import Postgres
import SyncConfiguration
import SyncEngine

/// `jira-sync init`.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Asks for the settings, tests them, and writes .env and jira-sync.yaml.",
    discussion: """
      At a terminal it asks for what neither flags nor the environment say. Without a terminal it takes flags and \
      environment alone. Secrets have no flags, since arguments are seen by everybody on a machine: they come by \
      DATABASE_URL, JIRA_API_TOKEN and JIRA_PAT, or are asked for. The settings are tried out first; nothing is written \
      where one does not work. .env gets mode 0600.

      Examples:
        jira-sync init
        DATABASE_URL=… JIRA_API_TOKEN=… jira-sync init --jira-url https://example.atlassian.net \\
          --email ada@example.com --project SCRSKY
      """)

  @Option(help: ArgumentHelp("The JIRA site (JIRA_BASE_URL).", valueName: "url"))
  var jiraUrl: String?

  @Option(help: ArgumentHelp("The account of JIRA Cloud (JIRA_EMAIL).", valueName: "address"))
  var email: String?

  @Option(help: ArgumentHelp("The project's key (JIRA_PROJECT).", valueName: "key"))
  var project: String?

  @Option(
    help: ArgumentHelp(
      "What becomes of rows that name tickets already: create, adopt or skip.", valueName: "choice")
  )
  var existingTickets: TicketChoice?

  @Option(
    help: ArgumentHelp("How often JIRA is polled: 30 seconds, 5 minutes, …", valueName: "period"))
  var pollInterval: String?

  @Flag(help: "Write the files without trying the settings out.")
  var noTest = false

  @Flag(help: "Replace .env and jira-sync.yaml where they exist.")
  var force = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    let current = try common.settings()
    let files = SetupFiles(configPath: current.configFile.path)
    if !force, let existing = files.existing {
      throw CommandFailure(
        .failed,
        "\(existing) exists already and is left as it is. Edit it, or replace it with --force")
    }
    var answers = SetupAnswers(known: current.values)
    answers.take(.jiraURL, jiraUrl)
    answers.take(.email, email)
    answers.take(.project, project)
    if Terminal.canAsk { try await ask(&answers) }
    let settings = try Settings.load(
      environment: answers.values, envFile: nil,
      flags: SettingsFlags(logLevel: common.logLevel, logFormat: common.logFormat))
    // Everything that is missing or malformed, at once.
    let services = try settings.services()
    let yaml = SetupYAML(existingTickets: existingTickets?.policy, pollInterval: pollInterval)
    _ = try ConfigurationFile(yaml: yaml.text, file: files.configPath, columns: nil)
    if !noTest { try await test(settings, services.database) }
    answers.readsConfiguration(of: files.configPath)
    try files.write(env: answers.envText, yaml: yaml.text)
    StandardStream.output.write(
      """
      wrote .env (mode 0600) and \(files.configPath)
      next: jira-sync migrate, then jira-sync doctor, then jira-sync worker
      """)
  }

  /// Asks for what is not known yet.
  private func ask(_ answers: inout SetupAnswers) async throws {
    for question in SetupAnswers.Question.allCases where answers.wants(question) {
      while true {
        guard let typed = try await Prompt.line(question.prompt, isSecret: question.isSecret) else {
          throw CommandFailure(.failed, "the input ended before all was asked; nothing was written")
        }
        if let problem = answers.take(question, typed) {
          StandardStream.error.write("  \(problem)")
          continue
        }
        break
      }
    }
  }

  private func test(_ settings: Settings, _ database: PostgresConfiguration) async throws {
    let logger = settings.logger(label: "jira-sync.init")
    try await withDatabase(database, logger: logger) { _ in }
    StandardStream.error.write("the database answers: \(database)")
    let jira = try settings.jira()
    try await withJiraClient(jira.configuration, logger: logger) { client in
      let site = try await SiteFinder.find(
        client: client, project: jira.project, mapping: .standard)
      StandardStream.error.write(
        "JIRA answers: \(site.project.name) on \(jira.configuration.siteURL), as \(site.account.displayName)"
      )
    }
  }
}

extension TicketChoice: ExpressibleByArgument {}
