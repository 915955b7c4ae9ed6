import Foundation
import JSON
import JiraSandbox
import Postgres
import TestSupport
import Testing

@testable import JiraSyncCLI

/// `jira-sync init`, `config` and `doctor`.
@Suite(.requiresPostgres, .timeLimit(.minutes(20)))
struct SetupCommandTests {
  @Test
  func
    `init without a terminal tries the settings out and writes both files, .env for its owner alone`()
    async throws
  {
    try await CommandWorld.with { world in
      try await Program.withFolder { program in
        let secrets = world.environment.filter {
          ["DATABASE_URL", "JIRA_API_TOKEN"].contains($0.key)
        }
        let arguments = [
          "init", "--jira-url", world.sandbox.baseURL, "--email", "sandbox@example.com",
          "--project", "SCRSKY", "--existing-tickets", "skip", "--poll-interval", "30 seconds",
          // Another name than the usual one: what follows has to find it.
          "--config", "audit.yaml",
        ]
        let outcome = try await program.run(arguments, environment: secrets)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let env = program.folder.appending(path: ".env").path
        let mode = try FileManager.default.attributesOfItem(atPath: env)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        // What was written is what the next command reads.
        let config = try await program.run("config", "--json")
        let list = try #require(try JSON(parsing: config.output).array)
        func entry(_ name: String) -> JSON? { list.first { $0["name"]?.string == name } }
        #expect(
          entry("JIRA_PROJECT") == [
            "name": "JIRA_PROJECT", "value": "SCRSKY", "origin": ".env", "secret": false,
          ])
        #expect(entry("JIRA_API_TOKEN")?["value"] == "***")
        #expect(entry("existing_tickets")?["value"] == "skip")
        #expect(entry("poll.interval")?["value"] == "30 seconds")
        #expect(!config.output.contains("\"sandbox\""))
        // A second time nothing is overwritten.
        let again = try await program.run(arguments, environment: secrets)
        #expect(again.status == 1)
        #expect(again.errors.contains(".env exists already"))
      }
    }
  }

  /// Catches a doctor that looks at other settings than a worker that starts.
  @Test(arguments: [
    "notifications: {slack: {severity: fatal}}", "dashboard: {port: 70000}",
    "sweep: {may_miss: 7}",
  ])
  func `doctor refuses what a worker would refuse`(yaml: String) async throws {
    try await CommandWorld.with { world in
      try await Program.withFolder { program in
        try program.write(yaml + "\n", to: "jira-sync.yaml")
        let environment = world.environment
        let worker = try await program.run("worker", "--drain", environment: environment)
        #expect(worker.status == 78, "\(worker.errors)")
        let doctor = try await program.run("doctor", environment: environment)
        #expect(doctor.status == 1, "\(doctor.output)")
      }
    }
  }

  @Test
  func `init names everything that is missing, or does not work, and writes nothing`() async throws
  {
    try await Program.withFolder { program in
      let missing = try await program.run("init")
      #expect(missing.status == 78)
      #expect(missing.errors.contains("DATABASE_URL") && missing.errors.contains("JIRA_PROJECT"))
      let port = try LoopbackPort(.refuses)
      let refused = try await program.run(
        "init",
        environment: [
          "DATABASE_URL": "postgresql://ada:geheim@127.0.0.1:\(port.number)/audit",
          "JIRA_BASE_URL": "http://127.0.0.1:1", "JIRA_PAT": "geheim", "JIRA_PROJECT": "SCRSKY",
        ])
      #expect(refused.status == 69)
      #expect(!refused.errors.contains("geheim"))
      let files = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
      #expect(!files.contains(".env") && !files.contains("jira-sync.yaml"))
    }
  }

  @Test
  func `doctor finds all well, with warnings for what is optional`() async throws {
    try await CommandWorld.with(rows: 1) { world in
      let outcome = try await world.run("doctor", "--json")
      #expect(outcome.status == 0, "\(outcome.output)")
      let report = try JSON(parsing: outcome.output)
      #expect(report.keys == ["ok", "failures", "warnings", "checks"])
      let checks = try #require(report["checks"]?.array)
      #expect(checks.first?.keys == ["area", "check", "level", "text", "remedy"])
      let levels = Dictionary(
        checks.map {
          ("\($0["area"]?.string ?? "") \($0["check"]?.string ?? "")", $0["level"]?.string ?? "")
        }
      ) { first, _ in first }
      for name in [
        "configuration database", "configuration JIRA", "database connection", "database version",
        "database schema", "database privileges", "database LISTEN", "database clock",
        "jira connection", "jira login", "jira time zone", "jira permissions", "jira search",
        "jira mapping",
      ] { #expect(levels[name] == "ok", "\(name): \(levels[name] ?? "not checked")") }
      for name in ["database pg_cron", "database workers", "notifications channels"] {
        #expect(levels[name] == "warning", "\(name)")
      }
    }
  }

  @Test
  func `doctor names the session that blocks vacuum, and what a role lacks; exit 1 on failure`()
    async throws
  {
    try await CommandWorld.with { world in
      // Long ago enough to matter cannot be waited for, and other tests hold snapshots, too; but a process is named.
      let holder = try await world.database.connect()
      let role = "role_of_\(world.database.name)"
      let admin = try await world.database.connectAsSuperuser()
      _ = try await admin.query(
        "create role \(identifier: role) login", doing: "making a role")
      try await holder.transaction(doing: "holding a snapshot") { transaction in
        _ = try await transaction.query(
          "set transaction isolation level repeatable read", doing: "holding a snapshot")
        _ = try await transaction.query("select 1", doing: "holding a snapshot")
        let outcome = try await world.run("doctor")
        #expect(outcome.output.contains(/horizon.*the oldest is process \d+.* transactions back/))
      }
      var components = try #require(URLComponents(string: world.database.conninfo))
      components.user = role
      var environment = world.environment
      environment["DATABASE_URL"] = components.string
      try await Program.withFolder { program in
        let outcome = try await program.run("doctor", environment: environment)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("permission denied"))
        environment["JIRA_API_TOKEN"] = ""
        environment["JIRA_EMAIL"] = ""
        environment["JIRA_PAT"] = "wrong"
        let stranger = try await program.run("doctor", environment: environment)
        #expect(stranger.status == 1)
        #expect(stranger.output.contains("FAILURE jira"))
        #expect(!stranger.output.contains("wrong"))
      }
      for statement: SQL in ["drop owned by \(identifier: role)", "drop role \(identifier: role)"] {
        _ = try await admin.query(statement, doing: "dropping the role")
      }
      await admin.close()
      await holder.close()
    }
  }
}
