import ArgumentParser
import FoundationEssentials
import JSON
import Mapping
import SyncConfiguration
import SyncEngine

/// `jira-sync config`.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Shows the effective settings and where each comes from; secrets are masked.",
    discussion: """
      Weakest to strongest: built in, jira-sync.yaml, .env, environment, flags.

      Examples:
        jira-sync config
        jira-sync config --json
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let origins = try Settings.origins()
    var records = SettingKind.all.map { kind in record(kind, settings, origins) }
    records += try fileRecords(settings)
    output.write(records, nothing: "no settings") { _ in Self.table(records) }
  }

  private func record(
    _ kind: SettingKind, _ settings: Settings, _ origins: [String: String]
  ) -> Record {
    var value = settings.values[kind.name].map(kind.shown)
    var origin = value == nil ? nil : origins[kind.name]
    let flag: (String, String?)? =
      switch kind.name {
      case "JIRA_SYNC_CONFIG": ("--config", common.config)
      case "LOG_LEVEL": ("--log-level", common.logLevel)
      case "LOG_FORMAT": ("--log-format", common.logFormat)
      default: nil
      }
    if let flag, let given = flag.1 {
      value = given
      origin = flag.0
    }
    if value == nil, let builtIn = kind.builtIn {
      value = builtIn
      origin = "built in"
    }
    return Record([
      "name": .string(kind.name), "value": .optional(value), "origin": .optional(origin),
      "secret": .bool(kind.isSecret || kind.mayHoldPassword),
    ])
  }

  /// What the configuration file says, or would say.
  private func fileRecords(_ settings: Settings) throws -> [Record] {
    let path = settings.configFile.path
    let file = try settings.file()
    let mapping = file.mapping
    func origin(_ isThere: Bool) -> JSON { .string(isThere ? path : "built in") }
    func isWritten(_ key: String) -> Bool { file.written[key] != nil }
    func record(_ name: String, _ value: String, _ isThere: Bool) -> Record {
      Record([
        "name": .string(name), "value": .string(value), "origin": origin(isThere),
        "secret": false,
      ])
    }
    var records = [
      record("issue_type", mapping.issueType, isWritten("issue_type")),
      record("existing_tickets", mapping.existingTickets.rawValue, isWritten("existing_tickets")),
      record("labels", mapping.labels.joined(separator: ", "), isWritten("labels")),
      record("fields", mapping.fields.map(\.name).joined(separator: ", "), isWritten("fields")),
      record(
        "limits", file.limits.callsPerSecond.map { "\($0) calls/s" } ?? "no ceiling",
        isWritten("limits")),
      record(
        "poll.interval", file.schedules.intervals["poll"] ?? "1 minute",
        file.schedules.intervals["poll"] != nil),
      record(
        "sweep.interval", file.schedules.intervals["sweep"] ?? "1 day",
        file.schedules.intervals["sweep"] != nil),
    ]
    let shown = [
      "issue_type", "existing_tickets", "labels", "fields", "limits", "poll", "sweep",
    ]
    for (name, value) in file.written.sorted(by: { $0.key < $1.key })
    where !shown.contains(name) {
      records.append(record(name, value.text, true))
    }
    return records
  }

  static func table(_ records: [Record]) -> TextTable {
    var table = TextTable([.init("NAME"), .init("FROM"), .init("VALUE")])
    for record in records {
      table.rows.append([
        .init(record.text("name")),
        .init(record.text("origin") ?? "not set", record.text("origin") == nil ? .dim : nil),
        .init(record.text("value") ?? "–"),
      ])
    }
    return table
  }
}
