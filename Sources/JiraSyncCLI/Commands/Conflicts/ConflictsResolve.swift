import ArgumentParser
import Glibc
import JSON
import Postgres

/// `jira-sync conflicts resolve`.
struct ConflictsResolve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: "Decides a conflict; the next run writes the value to both sides.",
    discussion: """
      The value of --value is what the column holds: a text, or JSON for anything else ('["a", "b"]', 'true').

      Examples:
        jira-sync conflicts resolve 7 --row
        jira-sync conflicts resolve 7 --jira --wait
        jira-sync conflicts resolve 7 --value 'Split this file.'
      """)

  @Argument(help: "The conflict's id, as conflicts list shows it.")
  var conflict: Int64

  @Flag(exclusivity: .exclusive)
  var choice: ConflictChoice?

  @Option(help: ArgumentHelp("Another value for both sides.", valueName: "value"))
  var value: String?

  @Flag(help: "Follow the job to its end.")
  var wait = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard (choice == nil) != (value == nil) else {
      throw ValidationError("whose value stays? Say one of --row, --jira and --value")
    }
  }

  func run() async throws {
    try await withQueue(common, "conflicts") { session in
      let json = try await json(session)
      let job: Int64
      do {
        job = try await session.query(
          """
          select jira_sync.resolve_conflict(
            \(conflict)::bigint, \(choice?.rawValue ?? "value"), \(json)::jsonb, \(Self.person)) as job
          """, doing: "deciding conflict \(conflict)"
        ).one.get("job")
      } catch let error as PostgresError where ["P0002", "55000", "22023"].contains(error.sqlState)
      {
        throw CommandFailure(.failed, "\(error.message). See: jira-sync conflicts list")
      }
      guard wait else {
        StandardStream.output.write(
          output.json
            ? JSON.object(["job": .integer(Int(job))]).text
            : "decided; job \(job) writes it to both sides")
        return
      }
      try await waitForJobs([job], session: session).write(asJSON: output.json)
    }
  }

  /// The value as the column holds it, as JSON: a text column takes any text, others take JSON.
  private func json(_ session: QueueSession) async throws -> String? {
    guard let value else { return nil }
    let isText: Bool =
      try await session.query(
        """
        select cardinality(k.columns) = 1 and exists (
            select from pg_catalog.pg_attribute as a
            join pg_catalog.pg_type as t on t.oid = a.atttypid
            where a.attrelid = to_regclass('public.file_audit') and a.attname = k.columns[1]
              and (t.typcategory in ('S', 'D', 'E') or t.typname = 'uuid')) as is_text
        from jira_sync.conflicts as k where k.id = \(conflict)::bigint
        """, doing: "reading the columns of conflict \(conflict)"
      ).rows.first?.get("is_text") ?? true
    if isText { return JSON.string(value).text }
    guard (try? JSON(parsing: value)) != nil else {
      throw CommandFailure(
        .usage,
        "--value: the column holds no text, so the value is JSON: true, 3, '[\"a\", \"b\"]'; for several columns an "
          + "object by column")
    }
    return value
  }

  /// Who decides: the person at this machine.
  private static var person: String {
    guard let name = getenv("USER") ?? getenv("LOGNAME") else { return "jira-sync" }
    return String(cString: name)
  }
}

/// Whose value stays, as a flag.
enum ConflictChoice: String, EnumerableFlag {
  case row, jira

  static func help(for value: ConflictChoice) -> ArgumentHelp? {
    switch value {
    case .row: "The row's value goes to JIRA."
    case .jira: "JIRA's value goes to the row."
    }
  }
}
