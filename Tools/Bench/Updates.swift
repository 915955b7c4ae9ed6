import ArgumentParser
import Postgres

/// What our triggers add to an UPDATE of many rows in one statement.
///
/// Each round times each case with and without the triggers, and the order of the two alternates. Between them the tables
/// are vacuumed, so that each starts from the same pages. The ratio is the median of the rounds' ratios.
struct Updates: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures an UPDATE of many rows with and without our triggers.")

  @OptionGroup var options: DatabaseOptions

  @Option(help: "How many rows one statement changes.")
  var rows = 10_000

  @Option(help: "How many rounds.")
  var rounds = 9

  func run() async throws {
    let connection = try await options.connect()
    try await fill(on: connection)
    var ratios: [UpdateCase: [Double]] = [:]
    var times: [UpdateCase: [Double]] = [:]
    // The first round warms caches and is not counted.
    for round in 0...rounds {
      for kind in UpdateCase.allCases {
        var seconds: [Bool: Double] = [:]
        for hasTriggers in round.isMultiple(of: 2) ? [true, false] : [false, true] {
          seconds[hasTriggers] = try await time(
            kind, text: "Round \(round) \(hasTriggers).", hasTriggers: hasTriggers, on: connection)
        }
        guard round > 0, let with = seconds[true], let without = seconds[false] else { continue }
        ratios[kind, default: []].append(with / without)
        times[kind, default: []].append(without)
      }
    }
    await connection.close()
    for kind in UpdateCase.allCases {
      report("\(kind.rawValue)_ratio", median(of: ratios[kind] ?? []))
      report("\(kind.rawValue)_without_ms", median(of: times[kind] ?? []) * 1_000)
    }
  }

  /// Half of the rows have debt and a link, as they would after a sync.
  private func fill(on connection: PostgresConnection) async throws {
    try await connection.script(
      """
      alter table public.file_audit disable trigger user;
      truncate public.file_audit, jira_sync.links, jira_sync.jobs, jira_sync.marks;
      insert into public.file_audit (
        file_number, file_path, file_name, layer_number, layer_name, status, workflows, has_technical_debt,
        technical_debt
      )
      select
        to_hex(n), 'Sources/Area' || n % 100 || '/File' || n || '.swift', 'File' || n || '.swift', n % 9,
        'Layer ' || n % 9, 'complete', array['login', 'billing'], n % 2 = 0, 'Split this file.'
      from generate_series(1, \(2 * rows)) as n;
      alter table public.file_audit enable trigger user;
      insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state, base, base_raw)
      select 'file_audit', id, file_path, id::text, 'SCRSKY-' || id, 'linked', '{}', '{}'
      from public.file_audit where has_technical_debt;
      """, doing: "filling the tables")
    for table in ["public.file_audit", "jira_sync.links", "jira_sync.jobs"] {
      try await connection.script("vacuum analyze \(table)", doing: "vacuuming \(table)")
    }
  }

  /// Runs the statement once from the same start; answers the seconds it took with its commit.
  private func time(
    _ kind: UpdateCase, text: String, hasTriggers: Bool, on connection: PostgresConnection
  ) async throws -> Double {
    _ = try await connection.query("delete from jira_sync.jobs", doing: "emptying the queue")
    if kind == .waiting {
      _ = try await connection.query(
        """
        insert into jira_sync.jobs (kind, row_id)
        select 'push', id from public.file_audit where has_technical_debt
        """, doing: "filling the queue")
    }
    let waiting = kind == .waiting ? rows : 0
    let setting = hasTriggers ? "enable" : "disable"
    try await connection.script(
      "alter table public.file_audit \(setting) trigger user", doing: "switching triggers")
    for table in ["public.file_audit", "jira_sync.jobs"] {
      try await connection.script("vacuum \(table)", doing: "vacuuming \(table)")
    }
    let start = ContinuousClock.now
    let changed = try await connection.query(kind.statement(text), doing: "changing rows").affected
    let elapsed = ContinuousClock.now - start
    // A figure of something else than was meant is worse than none.
    let jobs: Int = try await connection.query(
      "select count(*) as jobs from jira_sync.jobs", doing: "counting jobs"
    ).one.get("jobs")
    let expected = hasTriggers ? kind.jobs(rows: rows) : waiting
    guard changed == rows, jobs == expected else {
      throw BenchError("\(kind): \(changed) rows changed and \(jobs) jobs, expected \(expected)")
    }
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
  }
}
