import Locks
import Logging
import Postgres

/// Changes data at a steady rate, each change with its job in one transaction.
struct Feeder: Sendable {
  let client: PostgresClient
  /// Changes a second.
  let rate: Int
  /// How many keys there are.
  let keys: Int

  /// Feeds until the task is cancelled.
  ///
  /// A batch that fails is not sent again: data and job go together.
  func run() async {
    let tick = Duration.milliseconds(25)
    var next = ContinuousClock.now
    var owed = 0.0
    while !Task.isCancelled {
      owed += Double(rate) * 0.025
      let batch = Int(owed)
      owed -= Double(batch)
      do {
        if batch > 0 { try await feed(batch) }
      } catch {
        // The database is being disturbed; the next tick tries again.
        do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
      }
      next += tick
      if next < .now { next = .now }
      do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
    }
  }

  private func feed(_ count: Int) async throws {
    let singles = count / 4
    // In the order of keys: two feeders never wait for each other in a circle.
    let chosen = Set((0..<(count - singles)).map { _ in "noop:k\(Int.random(in: 0..<keys))" })
      .sorted()
    _ = try await client.pipeline(
      [
        """
        with changed as (
          insert into chaos.sources as s (key, version)
          select k, 1 from unnest(\(chosen)::text[]) as k
          on conflict (key) do update set version = s.version + 1
          returning s.key
        )
        insert into jira_sync.jobs (kind, args)
        select 'noop', jsonb_build_object('key', substr(key, 6)) from changed
        """,
        """
        with made as (
          insert into chaos.singles select from generate_series(1, \(singles)) returning id
        )
        insert into jira_sync.jobs (kind, args)
        select 'noop', jsonb_build_object('single', id) from made
        """,
      ], doing: "changing data")
  }
}
