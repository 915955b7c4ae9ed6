import ArgumentParser
import JSON
import Mapping
import Postgres
import SyncConfiguration

/// `jira-sync sync`.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Syncs rows and their issues now.",
    discussion: """
      Enqueues jobs and returns; workers do them. With --wait it follows the jobs to their end. With --dry-run it prints \
      what would be written, field by field, and writes nothing.

      ROW is a file number or a file path.

      Examples:
        jira-sync sync 0042 src/models/api_models.py
        jira-sync sync 0042 --direction pull --wait
        jira-sync sync --all --dry-run
        jira-sync sync --all --yes --skip
        jira-sync sync --where layer_name=Backend --limit 100
      """)

  @Argument(help: ArgumentHelp("File numbers or file paths.", valueName: "row"))
  var rows: [String] = []

  @Flag(help: "All rows that have an issue or should have one.")
  var all = false

  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: ArgumentHelp("Only rows with this value; repeat it for more.", valueName: "column=value"))
  var conditions: [RowCondition] = []

  @Option(help: "Which side may be written: push (JIRA), pull (the row) or both.")
  var direction = SyncDirectionOption.both

  @Flag(
    name: [.customLong("dry-run"), .customShort("n")],
    help: "Print the plan, field by field; write nothing.")
  var isDryRun = false

  @Flag(help: "Follow the jobs to their end.")
  var wait = false

  @Option(help: ArgumentHelp("How many rows at the most.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Compare all fields again, also of rows whose creation was refused or is waited for.")
  var force = false

  @Flag(help: "Do not ask before issues are made.")
  var yes = false

  @Flag(exclusivity: .exclusive)
  var tickets: TicketChoice?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    let isBulk = all || !conditions.isEmpty
    guard isBulk || !rows.isEmpty else {
      throw ValidationError("which rows? Name them, or say --all or --where column=value")
    }
    guard !isBulk || rows.isEmpty else {
      throw ValidationError("rows by name do not go together with --all and --where")
    }
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it takes 1 or more") }
    if isDryRun && wait {
      throw ValidationError("--dry-run enqueues nothing, so there is nothing to --wait for")
    }
  }

  private var selection: RowSelection {
    RowSelection(names: rows, all: all, conditions: conditions, limit: limit)
  }

  func run() async throws {
    try await withQueue(common, "sync") { session in
      let found = try await selection.rows(session)
      if isDryRun {
        try await DryRun(
          session: session, rows: found, kind: direction.kind,
          tickets: tickets?.policy, isBulk: selection.isBulk, asJSON: output.json
        ).run()
        return
      }
      let policy = try await consent(found, session)
      let jobs = try await SyncJobs(
        session: session, kind: direction.kind, isBulk: selection.isBulk, force: force,
        tickets: policy
      ).enqueue(found)
      try await report(jobs, rows: found, session)
    }
  }

  /// Asks whether the issues that would be made are wanted.
  ///
  /// - Returns: what to do with rows that name tickets already, where the command line says so.
  private func consent(_ found: [FoundRow], _ session: QueueSession) async throws
    -> ExistingTickets?
  {
    let backfill = Backfill(found)
    let configured = try session.settings.file().existingTickets
    let policy = tickets?.policy ?? configured
    guard selection.isBulk, direction != .pull, backfill.createsAnything else {
      return tickets?.policy
    }
    let project = session.settings.values["JIRA_PROJECT"]
    let sentence = backfill.sentence(policy: policy, project: project)
    if backfill.ticketed > 0, policy == nil {
      throw CommandFailure(
        .usage,
        sentence
          + ". Say what becomes of these: --create (a new issue each), --adopt (the first of their tickets that "
          + "exists) or --skip; or set existing_tickets in jira-sync.yaml")
    }
    if yes {
      StandardStream.error.write("jira-sync: \(sentence)")
      return tickets?.policy
    }
    guard Terminal.canAsk else {
      throw CommandFailure(
        .usage, sentence + ". Say --yes to go ahead, or --dry-run to see what it would write")
    }
    guard
      try await Prompt.confirm(
        sentence.prefix(1).uppercased() + sentence.dropFirst() + ". Go ahead?")
    else {
      throw CommandFailure(.failed, "nothing was done")
    }
    return tickets?.policy
  }

  private func report(_ jobs: [Int64], rows: [FoundRow], _ session: QueueSession) async throws {
    if !wait {
      let json: JSON = [
        "jobs": .array(jobs.map { .integer(Int($0)) }), "rows": .integer(rows.count),
      ]
      let text =
        jobs.count == 1
        ? "enqueued job \(jobs[0]) for \(rows[0].label)"
        : "enqueued \(jobs.count) jobs for \(rows.count) rows"
      StandardStream.output.write(output.json ? json.printable : text)
      return
    }
    let report = try await waitForJobs(jobs, session: session)
    // A row whose conflict waits is not in sync, though its job is done.
    for line in try await OpenConflicts.lines(of: rows.map(\.key), session: session) {
      StandardStream.error.write(line)
    }
    try report.write(asJSON: output.json)
  }
}

/// Which sides a sync may write, as the command line says it.
enum SyncDirectionOption: String, CaseIterable, ExpressibleByArgument {
  case push, pull, both

  /// The kind of the jobs.
  var kind: String { self == .both ? "sync" : rawValue }
}
