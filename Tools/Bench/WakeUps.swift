import ArgumentParser
import Glibc
import HTTP
import Postgres

/// From COMMIT to the first request at JIRA, with one idle worker on the same machine.
struct WakeUps: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wake-ups",
    abstract: "Measures the time from COMMIT to the first request that the sandbox sees.")

  @OptionGroup var options: DatabaseOptions

  @Option(help: "The sandbox's address; it was started with --admin.")
  var sandbox: String

  @Option(help: "How many rows are changed, one after another.")
  var samples = 320

  @Option(help: "How many of them come after more than three seconds of silence.")
  var afterSilence = 20

  func run() async throws {
    let connection = try await options.connect()
    let transport = CurlClient()
    let log = SandboxLog(baseURL: sandbox, transport: transport)
    var delays: [Double] = []
    var fromSending: [Double] = []
    let rows = try await linkedRows(on: connection)
    var seen = 0
    let silences = max(1, samples / max(1, afterSilence))
    for sample in 0..<samples {
      try await workerIsIdle(on: connection)
      let isLong = sample % silences == silences - 1
      try await Task.sleep(
        for: isLong
          ? .milliseconds(.random(in: 3_100...3_600)) : .milliseconds(.random(in: 20...200)))
      seen = try await log.requests(since: seen).last?.number ?? seen
      let (sent, committed) = try await change(
        row: rows[sample % rows.count], text: "Sample \(sample).", on: connection)
      try await workerIsIdle(on: connection)
      let requests = try await log.requests(since: seen)
      guard let first = requests.first else {
        throw BenchError("sample \(sample): the worker made no request")
      }
      delays.append((first.time - committed) * 1_000)
      fromSending.append((first.time - sent) * 1_000)
    }
    await connection.close()
    await transport.shutdown()
    report("samples", Double(delays.count))
    report("p50", percentile(0.5, of: delays))
    report("p99", percentile(0.99, of: delays))
    report("max", percentile(1, of: delays))
    report("p50_from_sending", percentile(0.5, of: fromSending))
    report("p99_from_sending", percentile(0.99, of: fromSending))
  }

  private func linkedRows(on connection: PostgresConnection) async throws -> [Int64] {
    let rows = try await connection.query(
      "select row_id::bigint as id from jira_sync.links where state = 'linked' order by id",
      doing: "looking for rows with an issue"
    ).rows.map { try $0.get("id", as: Int64.self) }
    guard !rows.isEmpty else { throw BenchError("no row has an issue; drain the queue first") }
    return rows
  }

  /// Changes one row in a transaction; answers when COMMIT was sent and when it returned, in seconds since 1970.
  private func change(
    row: Int64, text: String, on connection: PostgresConnection
  ) async throws -> (sent: Double, committed: Double) {
    var sent = 0.0
    try await connection.transaction(doing: "changing a row") { transaction in
      _ = try await transaction.query(
        "update public.file_audit set technical_debt = \(text) where id = \(row)",
        doing: "changing a row")
      sent = Self.now
    }
    return (sent, Self.now)
  }

  /// Waits until no job is left and the worker has announced its sleep.
  private func workerIsIdle(on connection: PostgresConnection) async throws {
    for _ in 0..<6_000 {
      let isIdle: Bool = try await connection.query(
        """
        select not exists (select from jira_sync.jobs where run_at <= now() + interval '1 s')
          and exists (select from jira_sync.workers where asleep) as idle
        """, doing: "looking whether the worker is idle"
      ).one.get("idle")
      if isIdle { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw BenchError("the worker was not idle within 30 s; look for errors in its log")
  }

  /// Seconds since 1970, by the clock that the sandbox reads too.
  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
