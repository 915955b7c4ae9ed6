import ArgumentParser

/// `jira-sync fields`.
struct FieldsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fields",
    abstract: "Shows JIRA's fields, checks the mapping against them, and makes missing ones.",
    subcommands: [FieldsList.self, FieldsCheck.self, FieldsCreate.self],
    defaultSubcommand: FieldsList.self)
}
