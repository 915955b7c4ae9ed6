import ArgumentParser
import JSON
import Jira
import Mapping
import SyncConfiguration
import SyncEngine

/// `jira-sync fields list`.
struct FieldsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the fields of the JIRA site: id, name, type, and what is mapped to each.",
    discussion: """
      Needs JIRA_BASE_URL, JIRA_PROJECT and credentials; no database. Names of fields are neither \
      unique nor fixed: where two have one name, write the id into jira-sync.yaml.

      Examples:
        jira-sync fields list
        jira-sync fields list --json
      """)

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let jira = try settings.jira()
    let mapping = try settings.file().mapping.withColumnsAsNamed
    let logger = settings.logger(label: "jira-sync.fields")
    let list = try await withJiraClient(jira.configuration, logger: logger) { client in
      let facts = try await SiteFacts.read(
        client, project: jira.project, issueType: mapping.issueType, sample: .none)
      return FieldList(facts: facts, found: FieldCheck(mapping: mapping, facts: facts).found)
    }
    StandardStream.output.write(
      json ? list.json.printable : list.table.text(for: Terminal(.output)))
  }
}

/// `jira-sync fields`.
struct FieldsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fields",
    abstract: "Shows JIRA's fields, checks the mapping against them, and makes missing ones.",
    subcommands: [FieldsList.self, FieldsCheck.self, FieldsCreate.self],
    defaultSubcommand: FieldsList.self)
}
