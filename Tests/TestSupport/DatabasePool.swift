import FoundationEssentials
import Locks
import Postgres
import Schema

/// Makes databases for tests by copying a template, which has the schema and is made once for a cluster.
actor DatabasePool {
  static let shared = DatabasePool()

  /// The role that owns the databases; cluster-wide, as roles are.
  static let owner = "jira_sync_test_owner"
  /// What the advisory locks of this file are called.
  private static let lockKey: Int64 = 0x6a73_7465_7374

  private var template: Task<String, any Error>?
  private var ownerMade: Task<Void, any Error>?
  /// Tests run all at once, each database brings a few connections, and a server has only so many.
  private var freePlaces = 20
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func create(migrated: Bool) async throws -> TestDatabase {
    await takePlace()
    do {
      return try await make(migrated: migrated)
    } catch {
      givePlace()
      throw error
    }
  }

  private func make(migrated: Bool) async throws -> TestDatabase {
    let source = migrated ? try await templateName() : "template0"
    if !migrated { try await ownerExists() }
    let suffix = UUID().uuidString.lowercased().filter { $0 != "-" }
    let name = "jira_sync_test_\(suffix)"
    try await administer(
      """
      create database \(identifier: name) owner \(identifier: Self.owner)
      template \(identifier: source)
      """, doing: "making \(name)")
    return TestDatabase(
      conninfo: try TestCluster.conninfo(database: name, user: Self.owner),
      superuserConninfo: try TestCluster.conninfo(database: name), name: name)
  }

  func drop(_ database: TestDatabase) async throws {
    defer { givePlace() }
    try await administer(
      "drop database if exists \(identifier: database.name) with (force)",
      doing: "dropping \(database.name)")
  }

  private func takePlace() async {
    if freePlaces > 0 {
      freePlaces -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func givePlace() {
    if waiting.isEmpty {
      freePlaces += 1
    } else {
      waiting.removeFirst().resume()
    }
  }

  /// Runs one statement as superuser on a connection of its own: the server works on several databases at once.
  private nonisolated func administer(_ sql: SQL, doing: String) async throws {
    let connection = try await TestCluster.connect()
    _ = try await connection.query(sql, doing: doing)
    await connection.close()
  }

  private func templateName() async throws -> String {
    if let template { return try await template.value }
    let made = Task { try await makeTemplate() }
    template = made
    return try await made.value
  }

  /// Makes the template for these migrations, unless another process has.
  private func makeTemplate() async throws -> String {
    let files =
      Schema.migrations.map { $0.file + "\n" + $0.sql }
      + Schema.functions.map { $0.file + "\n" + $0.sql }
    let text = files.joined(separator: "\n")
    try await ownerExists()
    var name = ""
    try await withLock { connection in
      let hash: String = try await connection.query(
        "select md5(\(text)) as hash", doing: "hashing the migrations"
      ).one.get("hash")
      name = "jira_sync_template_\(hash)"
      let found: Bool = try await connection.query(
        "select exists (select from pg_database where datname = \(name)) as found",
        doing: "looking for \(name)"
      ).one.get("found")
      if found { return }
      // Under another name until it is complete: a run that dies half-way leaves no half template.
      let draft = "\(name)_draft"
      for statement: SQL in [
        "drop database if exists \(identifier: draft) with (force)",
        "create database \(identifier: draft) owner \(identifier: Self.owner) template template0",
      ] {
        _ = try await connection.query(statement, doing: "making \(draft)")
      }
      let migrating = try await PostgresConnection.connect(
        PostgresConfiguration(
          conninfo: try TestCluster.conninfo(database: draft, user: Self.owner)))
      _ = try await Schema.migrator.apply(on: migrating)
      await migrating.close()
      _ = try await connection.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = \(draft)",
        doing: "waiting until nobody uses \(draft)")
      _ = try await connection.query(
        "alter database \(identifier: draft) rename to \(identifier: name)",
        doing: "naming \(name)")
    }
    return name
  }

  private func ownerExists() async throws {
    let made = ownerMade ?? Task { try await withLock { try await Self.createOwner(on: $0) } }
    ownerMade = made
    try await made.value
  }

  /// Runs something that no other test process of the cluster does meanwhile, on a connection of its own.
  private func withLock(_ body: (PostgresConnection) async throws -> Void) async throws {
    let connection = try await TestCluster.connect()
    _ = try await connection.query(
      "select pg_advisory_lock(\(Self.lockKey))", doing: "waiting for other tests")
    do {
      try await body(connection)
    } catch {
      await connection.close()
      throw error
    }
    // The lock goes with the connection.
    await connection.close()
  }

  private static func createOwner(on connection: PostgresConnection) async throws {
    let found: Bool = try await connection.query(
      "select exists (select from pg_roles where rolname = \(owner)) as found",
      doing: "looking for \(owner)"
    ).one.get("found")
    if found { return }
    _ = try await connection.query(
      """
      create role \(identifier: owner)
      login nosuperuser createdb createrole bypassrls
      """, doing: "creating \(owner)")
  }
}
