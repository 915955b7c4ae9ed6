import JobQueue
import SyncConfiguration
import Testing

@testable import JiraSyncCLI
@testable import Mapping

/// What people read: pure functions, no terminal.
struct TextTests {
  @Test
  func `a bar fits the terminal, and says rate and time left`() {
    let line = Progress.bar(done: 450, total: 900, unit: "jobs", elapsed: 36, width: 80)
    #expect(line == "[####################--------------------] 450 of 900 jobs, 12.5/s, 36 s left")
    for width in [20, 40, 79, 80, 200] {
      #expect(
        Progress.bar(done: 1, total: 1_000_000, unit: "jobs", elapsed: 10, width: width).count
          < width)
    }
    #expect(Progress.facts(done: 0, total: 10, unit: "jobs", elapsed: 3) == "0 of 10 jobs")
    #expect(Progress.facts(done: 10, total: 10, unit: "rows", elapsed: 2) == "10 of 10 rows, 5.0/s")
  }

  @Test
  func `a table is as wide as the terminal allows, and nothing forges a line`() {
    var table = TextTable([.init("ID", isNumeric: true), .init("ROW"), .init("ERROR")])
    table.rows.append(["7", "src/a.py", .init("no\nsuch \u{1B}[31mfi\u{202E}eld")])
    #expect(
      table.text(for: Terminal(isColored: false, width: nil))
        == "ID  ROW       ERROR\n 7  src/a.py  no ⏎ such �[31mfi�eld")
    table.rows.append([
      "8", .init(String(repeating: "p", count: 100)), .init(String(repeating: "e", count: 100)),
    ])
    for line in table.text(for: Terminal(isColored: false, width: 80)).split(separator: "\n") {
      #expect(line.count <= 80)
    }
    #expect(!table.text(for: Terminal(isColored: false, width: 80)).contains("\u{1B}"))
    #expect(table.text(for: Terminal(isColored: true, width: 80)).contains("\u{1B}[2m"))
  }

  @Test(
    arguments: [
      (0.2, "200 ms"), (3, "3 s"), (99, "99 s"), (120, "2 min"), (7_200, "2 h"),
      (200_000, "2 days"),
    ]
      as [(Double, String)])
  func `lengths of time as people say them`(seconds: Double, text: String) {
    #expect(Span.text(seconds) == text)
  }

  @Test(arguments: [
    "2026-11-24", "2026-11-24T08:00:00Z", "2026-11-24 08:00+01:00", "90s", "30m", "2h", "7d",
  ])
  func `points in time`(text: String) {
    #expect(PointInTime(text) != nil)
  }

  @Test(arguments: [
    "", "yesterday", "2026-13-01", "2026-02-30", "2026-11-24T25:00", "2 hours", "-1h", "1';drop",
    "2026-11-24T08:00:75Z", "0000-01-01", "9999999d",
  ])
  func `what is no point in time`(text: String) {
    #expect(PointInTime(text) == nil)
  }

  @Test(arguments: [
    ("postgresql://ada:geheim@db/audit", "postgresql://ada:***@db/audit"),
    ("postgresql://ada:ge@he/im@db/audit", "postgresql://ada:***@db/audit"),
    (
      "postgresql://db/audit?password=geheim&sslmode=require",
      "postgresql://db/audit?password=***&sslmode=require"
    ),
    ("postgresql://ada:ge?heim@db/audit", "postgresql://ada:***@db/audit"),
    ("host=db password=a://geheim user=ada", "host=db password=*** user=ada"),
    ("host=db password=ge\\ he\\'im user=ada", "host=db password=*** user=ada"),
    ("host=db password=geheim user=ada", "host=db password=*** user=ada"),
    ("host=db password = 'ge he\\'im' user=ada", "host=db password=*** user=ada"),
    ("smtps://ada:geheim@mail.example.com:465", "smtps://ada:***@mail.example.com:465"),
    ("https://example.atlassian.net", "https://example.atlassian.net"),
    // What is no connection string may be a password that stands in the wrong place.
    ("geheim", "***"), ("ge heim", "***"), ("host=db geheim", "***"), ("'geheim'", "***"),
    ("postgresql://ada@db/audit?p%61ssword=geheim", "postgresql://ada@db/audit?p%61ssword=***"),
    ("postgresql://ada@db/audit?geheim", "postgresql://ada@db/audit?***"),
    ("postgresql://ada@db/audit?password=x@geheim", "postgresql://***"),
    (
      "postgresql://ada@db/audit?connect_timeout=3", "postgresql://ada@db/audit?connect_timeout=3"
    ),
    ("host=db sslmode=require port=5433", "host=db sslmode=require port=5433"),
  ])
  func `addresses are shown without their passwords`(value: String, shown: String) {
    let kind = SettingKind.all.first { $0.name == "DATABASE_URL" }
    let masked = kind?.shown(value) ?? ""
    #expect(!masked.contains("geheim") && !masked.contains("he/im") && !masked.contains("he\\'im"))
    #expect(masked == shown)
  }

  @Test(arguments: [
    ("https://jira.example.com/jira?token=geheim", "https://jira.example.com/jira?token=***"),
    ("https://jira.example.com?geheim", "https://jira.example.com?***"),
    ("https://jira.example.com/#geheim", "https://jira.example.com/#***"),
    (
      "https://jira.example.com/?a=geheim&b=geheim#geheim",
      "https://jira.example.com/?a=***&b=***#***"
    ),
    ("https://ada:geheim@jira.example.com/jira", "https://ada:***@jira.example.com/jira"),
    ("geheim", "***"), ("https://example.atlassian.net", "https://example.atlassian.net"),
    ("http://127.0.0.1:8080/jira", "http://127.0.0.1:8080/jira"),
  ])
  func `of an address for the web neither query nor fragment is shown`(value: String, shown: String)
    throws
  {
    for name in ["JIRA_BASE_URL", "JIRA_TOKEN_URL"] {
      #expect(SettingKind.all.first { $0.name == name }?.shown(value) == shown)
    }
    // The error that the address cannot be used shows no more.
    let settings = try Settings.load(
      environment: [
        "JIRA_BASE_URL": value, "JIRA_PAT": "x", "JIRA_PROJECT": "SCRSKY",
      ], envFile: nil, flags: SettingsFlags())
    do { _ = try settings.jira() } catch { #expect(!"\(error)".contains("geheim")) }
  }

  @Test(arguments: [
    (0o600, false, false), (0o400, false, false), (0o644, true, false), (0o640, true, false),
    (0o666, true, true), (0o620, false, true), (0o602, false, true),
  ])
  func `who may read and change .env`(mode: UInt32, isReadable: Bool, isWritable: Bool) {
    // With the type of the file, as stat() has it.
    let access = EnvFileAccess(mode: 0o100_000 | mode)
    #expect(access.isReadableByOthers == isReadable)
    #expect(access.isWritableByOthers == isWritable)
    #expect(access.text == "0" + String(mode, radix: 8))
  }

  @Test
  func `a backfill is said in a sentence`() {
    func row(_ id: Int64, tickets: Int = 0, state: String? = nil) -> FoundRow {
      FoundRow(
        key: RowKey(id: String(id)), filePath: "src/\(id)", hasDebt: true, linkState: state,
        tickets: tickets)
    }
    let backfill = Backfill([
      row(1), row(2, tickets: 2), row(3, state: "linked"), row(4, state: "unlinked"),
    ])
    #expect(
      backfill.sentence(policy: nil, project: "SCRSKY")
        == "this makes 1 issue in SCRSKY, 1 more row names tickets already, compares 1 row with its issue"
    )
    #expect(
      backfill.sentence(policy: .create, project: nil)
        == "this makes 2 issues, 1 of them for rows that name tickets already, compares 1 row with its issue"
    )
    #expect(!Backfill([row(3, state: "linked")]).createsAnything)
  }

  @Test
  func `init's answers go into .env so that they are read as they are`() throws {
    var answers = SetupAnswers(known: [:])
    #expect(answers.wants(.databaseURL))
    #expect(answers.take(.databaseURL, "") == "it is needed")
    #expect(
      answers.take(.databaseURL, "postgresql://ada:p#a'$\"s\\@db/audit?sslmode=disable") == nil)
    #expect(answers.take(.jiraURL, "ftp://example.com") != nil)
    #expect(answers.take(.jiraURL, "https://example.atlassian.net") == nil)
    #expect(answers.take(.project, "not a key") != nil)
    #expect(answers.take(.project, "SCRSKY") == nil)
    #expect(answers.wants(.email) && !answers.wants(.apiToken) && !answers.wants(.pat))
    #expect(answers.take(.email, "") == nil)
    #expect(answers.wants(.pat))
    answers.take(.pat, "to ken # 1")
    let file = try EnvFile(parsing: answers.envText)
    #expect(file.values == answers.values)
  }
}
