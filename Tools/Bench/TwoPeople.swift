import ArgumentParser
import HTTP
import JSON
import Jira
import Mapping
import Postgres

/// Two people who edit rows and issues at random, while the workers are killed.
struct TwoPeople: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Edits both sides at random; then, with --check, counts what differs and what polls still write."
  )

  @OptionGroup var options: DatabaseOptions
  @Option(help: "The sandbox, started with --admin.") var sandbox: String
  @Option(help: "How long they go on.") var seconds = 60
  @Flag(help: "Edit nothing: wait until all is quiet, and check.") var check = false

  func run() async throws {
    let transport = CurlClient()
    let pairs = try await SyncedPairs.connect(options, sandbox: sandbox, transport: transport)
    if check {
      try await verify(pairs, SandboxLog(baseURL: sandbox, transport: transport))
    } else {
      try await edit(pairs)
    }
    await transport.shutdown()
  }

  private func verify(_ pairs: SyncedPairs, _ log: SandboxLog) async throws {
    for _ in 0..<3 { try await pairs.poll() }
    let start = try await log.requests(since: 0).last?.number ?? 0
    for _ in 0..<3 { try await pairs.poll() }
    report("people_writes", Double(try await log.requests(since: start).count { $0.isWrite }))
    let differences = try await pairs.differences()
    for text in differences { print("#", text) }
    report("people_differences", Double(differences.count))
    let counts = try await pairs.connection.query(
      """
      select (select count(*) from jira_sync.changes) as changes,
        (select count(*) from jira_sync.conflicts) as conflicts,
        (select count(*) from jira_sync.job_history where outcome = 'crashed') as crashed
      """, doing: "counting"
    ).one
    report("people_changes", Double(try counts.get("changes", as: Int.self)))
    report("people_conflicts", Double(try counts.get("conflicts", as: Int.self)))
    report("people_crashed", Double(try counts.get("crashed", as: Int.self)))
  }

  private func edit(_ pairs: SyncedPairs) async throws {
    let links = try await pairs.links()
    guard !links.isEmpty else { throw BenchError("no row is linked") }
    let deadline = ContinuousClock.now + .seconds(seconds)
    async let rows: Void = editRows(links.map(\.row), on: pairs.connection, until: deadline)
    async let issues: Void = editIssues(links.map(\.issue), at: pairs, until: deadline)
    _ = try await (rows, issues)
  }

  private func editRows(
    _ ids: [Int64], on connection: PostgresConnection, until deadline: ContinuousClock.Instant
  ) async throws {
    var number = 0
    while ContinuousClock.now < deadline {
      number += 1
      let text = "row \(number)"
      let change: SQL =
        switch Int.random(in: 0..<6) {
        case 0: "notes = \(text)"
        case 1: "technical_debt = \(text)"
        case 2: "workflows = \(Self.workflows())::varchar[]"
        case 3: "audited_by = \(text)"
        case 4: "has_technical_debt = \(Bool.random())"
        default: "audit_status = \(["NOT_STARTED", "IN_PROGRESS", "COMPLETED"].randomElement())"
        }
      let id = ids.randomElement() ?? 0
      _ = try await connection.query(
        "update public.file_audit set \(change) where id = \(id)", doing: "editing a row")
      try await Task.sleep(for: .milliseconds(Int.random(in: 10...150)))
    }
  }

  private func editIssues(
    _ ids: [String], at pairs: SyncedPairs, until deadline: ContinuousClock.Instant
  ) async throws {
    var number = 0
    while ContinuousClock.now < deadline {
      number += 1
      let id = ids.randomElement() ?? ""
      let field = ["notes", "technical_debt", "workflows", "audited_by", nil].randomElement()
      if let name = field ?? nil, let mapped = pairs.mapping[name] {
        let value: FieldValue =
          switch name {
          case "workflows": Self.set(Self.workflows())
          default: .text("issue \(number)")
          }
        let json = try FieldCodec.encode(value, as: mapped.type, dialect: pairs.client.dialect)
        try await pairs.client.edit(id, fields: [mapped.fieldID: json])
      } else if let way = try await pairs.client.transitions(of: id).randomElement() {
        do {
          try await pairs.client.transition(id, to: way.id)
        } catch let error as JiraError where error.kind == .invalid {
          continue  // Another one was faster.
        }
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 10...150)))
    }
  }

  private static func workflows() -> [String] {
    ["WF1", "WF2", "WF3", "WF5"].filter { _ in Bool.random() }
  }

  private static func set(_ members: [String]) -> FieldValue {
    members.isEmpty ? .empty : .set(members)
  }
}
