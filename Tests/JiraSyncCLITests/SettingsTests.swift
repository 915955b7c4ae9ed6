import Jira
import Logging
import Postgres
import SyncConfiguration
import Testing

@testable import JiraSyncCLI

/// Which layer wins, and what is said of values that cannot be used.
struct SettingsTests {
  private static let complete = [
    "DATABASE_URL": "postgresql://ada:geheim@db.example.com/audit",
    "JIRA_BASE_URL": "https://example.atlassian.net", "JIRA_EMAIL": "ada@example.com",
    "JIRA_API_TOKEN": "geheim", "JIRA_PROJECT": "SCRSKY",
  ]

  private func settings(
    _ environment: [String: String] = [:], envFile: [String: String]? = nil,
    flags: SettingsFlags = SettingsFlags()
  ) throws -> Settings {
    var file: EnvFile?
    if let envFile {
      file = try EnvFile(parsing: envFile.map { "\($0)='\($1)'" }.joined(separator: "\n"))
    }
    return try Settings.load(environment: environment, envFile: file, flags: flags)
  }

  @Test
  func `flags win over the environment, that over .env, that over what is built in`() throws {
    #expect(try settings().logLevel == .info)
    #expect(try settings(envFile: ["LOG_LEVEL": "debug"]).logLevel == .debug)
    #expect(
      try settings(["LOG_LEVEL": "error"], envFile: ["LOG_LEVEL": "debug"]).logLevel == .error)
    let flags = SettingsFlags(config: "c.yaml", logLevel: "trace", logFormat: "json")
    let all = try settings(
      ["LOG_LEVEL": "error", "LOG_FORMAT": "text", "JIRA_SYNC_CONFIG": "b.yaml"], flags: flags)
    #expect(all.logLevel == .trace)
    #expect(all.logFormat == .json)
    #expect(all.configFile == ConfigFile(path: "c.yaml", askedBy: "--config"))
  }

  @Test
  func `an empty variable hides the one of .env and counts as not set`() throws {
    // A reader that merges before it drops empty values would find both kinds of credentials here.
    let jira = try settings(
      Self.complete.merging(["JIRA_PAT": " "]) { $1 }, envFile: ["JIRA_PAT": "other"]
    ).jira()
    #expect(jira.configuration.credentials == .basic(email: "ada@example.com", token: "geheim"))
  }

  @Test
  func `the mapping file is asked for by flag or variable, else taken if it exists`() throws {
    #expect(try settings().configFile == ConfigFile(path: "jira-sync.yaml", askedBy: nil))
    #expect(
      try settings(["JIRA_SYNC_CONFIG": "m.yaml"]).configFile
        == ConfigFile(path: "m.yaml", askedBy: "JIRA_SYNC_CONFIG"))
  }

  @Test
  func `complete settings give database, site, credentials and project`() throws {
    let (database, jira) = try settings(Self.complete).services()
    #expect(database.host == "db.example.com")
    #expect(database.database == "audit")
    #expect(jira.configuration.baseURL == "https://example.atlassian.net")
    #expect(jira.project == "SCRSKY")
  }

  @Test
  func `a personal access token alone is enough`() throws {
    var values = Self.complete
    values["JIRA_EMAIL"] = nil
    values["JIRA_API_TOKEN"] = nil
    values["JIRA_PAT"] = "geheim"
    #expect(try settings(values).jira().configuration.credentials == .bearer("geheim"))
  }

  /// A change to complete settings, the variable that is named, and a piece of what is said.
  struct Bad: Sendable {
    var change: [String: String?]
    var variable: String
    var said: String
  }

  @Test(arguments: [
    Bad(change: ["DATABASE_URL": nil], variable: "DATABASE_URL", said: "not set"),
    Bad(change: ["DATABASE_URL": "  "], variable: "DATABASE_URL", said: "not set"),
    Bad(change: ["DATABASE_URL": "localhost"], variable: "DATABASE_URL", said: "cannot be read"),
    Bad(
      change: ["DATABASE_URL": "postgresql://h/d?colour=geheim"], variable: "DATABASE_URL",
      said: "colour"),
    Bad(
      change: ["DATABASE_URL": "postgresql://ada:geheim@[::1/d"], variable: "DATABASE_URL",
      said: "cannot be read"),
    Bad(change: ["JIRA_BASE_URL": nil], variable: "JIRA_BASE_URL", said: "not set"),
    Bad(
      change: ["JIRA_BASE_URL": "example.atlassian.net"], variable: "JIRA_BASE_URL",
      said: "found 'example.atlassian.net'"),
    Bad(
      change: ["JIRA_BASE_URL": "http://jira.example.com"], variable: "JIRA_BASE_URL",
      said: "plain http"),
    Bad(
      change: ["JIRA_BASE_URL": "https://ada:geheim@jira.example.com"],
      variable: "JIRA_BASE_URL", said: "user or a password"),
    Bad(change: ["JIRA_EMAIL": nil], variable: "JIRA_EMAIL", said: "JIRA_API_TOKEN is"),
    Bad(change: ["JIRA_API_TOKEN": nil], variable: "JIRA_API_TOKEN", said: "JIRA_EMAIL is"),
    Bad(
      change: ["JIRA_EMAIL": nil, "JIRA_API_TOKEN": nil],
      variable: "JIRA_EMAIL, JIRA_API_TOKEN or JIRA_PAT", said: "no credentials"),
    Bad(
      change: ["JIRA_PAT": "geheim"], variable: "JIRA_PAT", said: "JIRA_EMAIL and JIRA_API_TOKEN"),
    Bad(
      change: ["JIRA_EMAIL": "a:b"], variable: "JIRA_EMAIL, JIRA_API_TOKEN", said: "colon"),
    Bad(
      change: ["JIRA_CLIENT_ID": "x"], variable: "JIRA_CLIENT_SECRET", said: "JIRA_CLIENT_ID is"),
    Bad(
      change: ["JIRA_CLIENT_SECRET": "geheim"], variable: "JIRA_CLIENT_ID",
      said: "JIRA_CLIENT_SECRET is"),
    Bad(
      change: ["JIRA_CLIENT_ID": "x", "JIRA_CLIENT_SECRET": "geheim"],
      variable: "JIRA_CLIENT_ID", said: "JIRA_EMAIL and JIRA_API_TOKEN"),
    Bad(
      change: ["JIRA_CLOUD_ID": "a/b"], variable: "JIRA_EMAIL, JIRA_API_TOKEN, JIRA_CLOUD_ID",
      said: "cloud id"),
    Bad(change: ["JIRA_PROJECT": nil], variable: "JIRA_PROJECT", said: "not set"),
    Bad(change: ["JIRA_PROJECT": "scrsky"], variable: "JIRA_PROJECT", said: "found 'scrsky'"),
    Bad(change: ["JIRA_PROJECT": "A B"], variable: "JIRA_PROJECT", said: "found 'A B'"),
    Bad(change: ["JIRA_PROJECT": "10000"], variable: "JIRA_PROJECT", said: "found '10000'"),
  ])
  func `a bad value is named, with what was found and an example`(_ bad: Bad) throws {
    var values = Self.complete
    for (name, value) in bad.change { values[name] = value }
    let settings = try settings(values)
    let error = #expect(throws: SettingsError.self) { try settings.services() }
    let problem = try #require(error?.problems.first)
    #expect(error?.problems.count == 1)
    #expect(problem.variable == bad.variable)
    #expect(problem.found.contains(bad.said))
    #expect(!problem.example.isEmpty)
    #expect(!problem.description.contains("geheim"), "a secret was shown")
  }

  @Test
  func `everything that is wrong is said at once`() throws {
    let settings = try settings()
    let error = #expect(throws: SettingsError.self) { try settings.services() }
    #expect(
      error?.problems.map(\.variable) == [
        "DATABASE_URL", "JIRA_BASE_URL", "JIRA_EMAIL, JIRA_API_TOKEN or JIRA_PAT", "JIRA_PROJECT",
      ])
    #expect(error?.description.hasPrefix("4 settings need attention:\n") == true)
  }

  @Test(arguments: [
    (["LOG_LEVEL": "loud"], "LOG_LEVEL", "trace, debug, info"),
    (["LOG_FORMAT": "xml"], "LOG_FORMAT", "neither text nor json"),
  ])
  func `unknown levels and formats are named with the ones that exist`(
    environment: [String: String], variable: String, said: String
  ) {
    let error = #expect(throws: SettingsError.self) { try settings(environment) }
    #expect(error?.problems.first?.variable == variable)
    #expect(error?.problems.first?.found.contains(said) == true)
  }

  @Test
  func `a bad flag is named as the flag`() {
    let error = #expect(throws: SettingsError.self) {
      try settings(["LOG_LEVEL": "debug"], flags: SettingsFlags(logLevel: "loud"))
    }
    #expect(error?.problems.first?.variable == "--log-level")
  }

  @Test
  func `neither printing nor dumping shows a value`() throws {
    let settings = try settings(
      Self.complete.merging(["SLACK_WEBHOOK_URL": "https://hooks/geheim"]) { $1 })
    let secret = try #require(settings.secret("SLACK_WEBHOOK_URL"))
    #expect(secret.revealed == "https://hooks/geheim")
    var dumped = ""
    dump((settings, secret), to: &dumped)
    let printed =
      "\(settings) \(secret) \(String(reflecting: settings)) \(String(reflecting: secret))"
    #expect(!(dumped + printed).contains("geheim"))
    #expect("\(secret)" == "***")
  }
}
