import ArgumentParser
import Foundation
import Postgres

/// `Chaos exactness`: many keys, several workers, random changes, and not one run too many at a time.
struct ExactnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exactness",
    abstract: "Changes many keys at random under real workers; no two runs of a key may overlap.")

  @OptionGroup var cluster: ClusterOption
  @Option(help: "How many keys.") var keys = 100_000
  @Option(help: "How many worker processes.") var workers = 4

  func run() async throws {
    let site = Site.fromEnvironment(cluster: try cluster.uri)
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let started = ContinuousClock.now
    let arena = try await Arena.make(
      site, for: Scenario(name: "exactness") { _, _ in },
      pace: Pace(rate: 0, measure: .zero, fault: .zero, lease: 8, workers: workers),
      executable: executable)
    do {
      try arena.fleet.start(workers)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for feeder in 0..<2 { group.addTask { try await change(in: arena, feeder: feeder) } }
        try await group.waitForAll()
      }
      try await drain(arena)
      try await arena.fleet.stop()
      let row = try await arena.ask(SQL(unescaped: Traces.verdict), doing: "counting").one
      let runs: Int = try await arena.ask(
        "select count(*) as runs from chaos.begun", doing: "counting runs"
      ).one.get("runs")
      let lost: Int = try row.get("lost")
      let overlaps: Int = try row.get("stale")
      let left = try row.get("running", as: Int.self) + row.get("waiting", as: Int.self)
      let took = (ContinuousClock.now - started).inSeconds.rounded()
      print(
        "\(keys) keys, \(workers) workers, \(try row.get("changes", as: Int.self)) changes, \(runs) runs: "
          + "\(overlaps) overlaps, \(lost) lost last changes, \(left) left; \(Int(took)) s")
      try await arena.drop()
      if lost + overlaps + left > 0 || arena.fleet.exits.unexpected > 0 { throw ExitCode(1) }
    } catch {
      try await arena.fleet.stop()
      throw error
    }
  }

  /// Changes every key of its half once, in an order of its own, and as many keys of all at random.
  private func change(in arena: Arena, feeder: Int) async throws {
    let connection = try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: arena.adminURI, applicationName: "chaos-feeder"))
    var order = stride(from: feeder, to: keys, by: 2).shuffled()
    while !order.isEmpty {
      var chosen = Set(order.suffix(200))
      order.removeLast(min(200, order.count))
      for _ in 0..<200 { chosen.insert(Int.random(in: 0..<keys)) }
      // In one order for all, or two feeders would wait for each other in a circle.
      let names = chosen.sorted().map { "k\($0)" }
      _ = try await connection.query(
        """
        with changed as (
          insert into chaos.sources as s (key, version)
          select k, 1 from unnest(\(names)::text[]) with ordinality as u (k, place) order by place
          on conflict (key) do update set version = s.version + 1
          returning s.key
        )
        insert into jira_sync.jobs (kind, args)
        select 'noop', jsonb_build_object('key', key) from changed
        """, doing: "changing \(names.count) keys")
    }
    await connection.close()
  }

  /// Waits until nothing is left, for as long as something is still done.
  private func drain(_ arena: Arena) async throws {
    var last = -1
    var unchangedSince = ContinuousClock.now
    while ContinuousClock.now - unchangedSince < .seconds(60) {
      let left: Int = try await arena.ask(
        "select count(*) as left from jira_sync.jobs", doing: "waiting for the end"
      ).one.get("left")
      if left == 0 { return }
      if left != last { unchangedSince = .now }
      last = left
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}
