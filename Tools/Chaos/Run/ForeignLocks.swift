import Postgres

/// The fault "foreign locks": other sessions hold locks that the workers might want.
///
/// A role without any right holds all the advisory locks that it can think of, and work must flow all the same. Then a
/// session of the owner locks tables of the queue, and rows of jobs, and lets go.
struct ForeignLocks: Sendable {
  /// A login role without any right.
  private static let role = "chaos_other"
  /// The tables that are locked, one after the other.
  private static let tables = ["jobs", "workers", "control", "job_history"]

  /// Numbers, objects of the schema and names of keys: what a program might lock by.
  private static let advisoryLocks: SQL = """
    select pg_advisory_lock(n) from generate_series(0, 499) as n
    union all
    select pg_advisory_lock(c.oid::integer, 0) from pg_class as c
    where c.relnamespace = 'jira_sync'::regnamespace
    union all
    select pg_advisory_lock(hashtext(k)) from (
      values ('jira_sync'), ('poll'), ('sweep'), ('full_sync'), ('migrate')
      union all select 'noop:k' || n from generate_series(0, 199) as n) as key (k)
    """

  let arena: Arena

  /// Holds locks until the time is over.
  func strike(for time: Duration) async throws {
    try await Arena.execute(
      [
        """
        do $$ begin create role \(Self.role) login;
        exception when duplicate_object then null; end $$
        """
      ], at: arena.site.cluster)
    try await holdAdvisoryLocks(for: time / 3)
    let pause = time / 3 / Self.tables.count
    for table in Self.tables {
      try await hold("lock table jira_sync.\(table) in access exclusive mode", for: pause)
    }
    try await hold(
      "select id from jira_sync.jobs order by random() limit 50 for update skip locked",
      for: time / 3)
  }

  /// Work has to go on beside advisory locks: none of ours is one.
  private func holdAdvisoryLocks(for time: Duration) async throws {
    let uri = try ScratchDatabase.adopt(arena.name, on: arena.site.cluster, user: Self.role)
      .conninfo
    try await arena.withConnection(to: uri, as: "chaos-other") { other in
      _ = try await other.query(Self.advisoryLocks, doing: "taking advisory locks")
      let before = try await done()
      try await Task.sleep(for: time)
      guard try await done() > before else {
        throw UsageError(message: "work stopped while another role held advisory locks")
      }
    }
  }

  /// Holds what a statement locks, as a superuser, since other roles may not.
  private func hold(_ statement: String, for time: Duration) async throws {
    try await arena.withConnection(to: arena.adminURI, as: "chaos-holder") { holder in
      let held = try await HeldTransaction.begin(on: holder)
      _ = try await held.transaction.query(SQL(unescaped: statement), doing: "holding a lock")
      try await Task.sleep(for: time)
      try await held.rollBack()
    }
  }

  private func done() async throws -> Int {
    try await arena.ask(
      "select count(*) as count from chaos.effects where done", doing: "counting what is done"
    ).one.get("count")
  }
}
