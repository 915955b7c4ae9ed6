import Postgres

extension Scenario {
  /// Lets jobs flow, strikes, waits until all is well again, and counts.
  ///
  /// - Parameters:
  ///   - site: the cluster.
  ///   - pace: how long everything lasts.
  ///   - executable: this program, which is also the worker.
  /// - Returns: what it cost.
  /// - Throws: what the watching itself could not cope with.
  func run(on site: Site, pace: Pace, executable: String) async throws -> Verdict {
    let arena = try await Arena.make(site, for: self, pace: pace, executable: executable)
    do {
      try await arena.bouncer?.start()
      try arena.fleet.start(pace.workers)
      var verdict = try await watch(arena)
      verdict.exits = arena.fleet.exits.text
      verdict.unexpectedExits = arena.fleet.exits.unexpected
      verdict.slowestStop = arena.fleet.slowestStop
      try await arena.bouncer?.kill()
      try await arena.drop()
      return verdict
    } catch {
      try await arena.fleet.stop()
      try await arena.bouncer?.kill()
      throw error
    }
  }

  private func watch(_ arena: Arena) async throws -> Verdict {
    let pace = arena.pace
    let client = PostgresClient(
      try PostgresConfiguration(conninfo: arena.adminURI, applicationName: "chaos-feeder"))
    let feeding = Task { await Feeder(client: client, rate: pace.rate, keys: 200).run() }
    var verdict = Verdict(scenario: name)
    verdict.mustReach = pace.mustReach
    // Everybody is up: work flows, and nothing old waits.
    _ = try await recovery(of: arena, within: .seconds(20))
    verdict.before = try await rate(in: arena)
    try await strike(arena, pace.fault)
    verdict.recovery = try await recovery(of: arena, within: pace.leaseTime * 3 + .seconds(20))
    verdict.after = try await rate(in: arena)
    feeding.cancel()
    await feeding.value
    await client.close()
    try await drain(arena, into: &verdict)
    try await arena.fleet.stop()
    let row = try await arena.ask(SQL(unescaped: Traces.verdict), doing: "counting").one
    verdict.lost = try row.get("lost")
    verdict.stale = try row.get("stale")
    verdict.twice = try row.get("twice")
    verdict.left = try row.get("running", as: Int.self) + row.get("waiting", as: Int.self)
    verdict.changes = try row.get("changes")
    verdict.rescue = try row.get("rescue", as: Double?.self)
    return verdict
  }

  /// How many runs a second are done.
  private func rate(in arena: Arena) async throws -> Double {
    func done() async throws -> (count: Int, at: Double) {
      let row = try await arena.ask(
        """
        select count(*) filter (where done) as count,
          extract(epoch from clock_timestamp())::float8 as at
        from chaos.effects
        """, doing: "counting what is done"
      ).one
      return (try row.get("count"), try row.get("at"))
    }
    let first = try await done()
    try await Task.sleep(for: arena.pace.measure)
    let second = try await done()
    return Double(second.count - first.count) / max(second.at - first.at, 0.001)
  }

  /// Waits until work flows again and nothing that is due has waited for long.
  ///
  /// - Returns: how long it took; nil where it did not come to that in time.
  private func recovery(of arena: Arena, within patience: Duration) async throws -> Duration? {
    let began = ContinuousClock.now
    var goodSince: ContinuousClock.Instant?
    while ContinuousClock.now - began < patience {
      let row = try await arena.ask(
        """
        select
          coalesce((select extract(epoch from clock_timestamp() - min(run_at)) from jira_sync.jobs
            where state = 'ready' and run_at <= clock_timestamp()), 0)::float8 as waits,
          coalesce((select extract(epoch from clock_timestamp() - min(started_at))
            from jira_sync.jobs where state = 'running'), 0)::float8 as runs,
          exists (select from chaos.effects
            where at > clock_timestamp() - interval '0.4 s') as flows
        """, doing: "looking whether work flows"
      ).one
      let isGood =
        try row.get("flows", as: Bool.self) && row.get("waits", as: Double.self) < 0.5
        && row.get("runs", as: Double.self) < 1
      if isGood {
        let since = goodSince ?? .now
        goodSince = since
        if .now - since > .milliseconds(300) { return since - began }
      } else {
        goodSince = nil
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    return nil
  }

  /// Waits until nothing is left, dead jobs tried again.
  private func drain(_ arena: Arena, into verdict: inout Verdict) async throws {
    let deadline = ContinuousClock.now + arena.pace.leaseTime * 3 + .seconds(20)
    while ContinuousClock.now < deadline {
      let row = try await arena.ask(
        """
        select count(*) filter (where state <> 'dead') as left,
          count(*) filter (where state = 'dead') as dead from jira_sync.jobs
        """, doing: "waiting for the end"
      ).one
      let dead: Int = try row.get("dead")
      if dead > 0 {
        verdict.dead += dead
        _ = try await arena.ask("select jira_sync.retry_dead()", doing: "reviving dead jobs")
      } else if try row.get("left", as: Int.self) == 0 {
        return
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
