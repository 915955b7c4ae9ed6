import JiraSandbox
import TestSupport
import Testing

@testable import JiraSyncCLI

/// What the built program answers: exit codes, and words that lead on.
struct ProgramTests {
  @Test(arguments: [[], ["migrate"]])
  func `help of the program and of a command shows examples`(command: [String]) async throws {
    try await Program.withFolder { program in
      let outcome =
        command.isEmpty
        ? try await program.run("--help") : try await program.run("migrate", "--help")
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("Examples:\n  jira-sync migrate"))
      #expect(outcome.errors.isEmpty)
    }
  }

  @Test(arguments: ["migrate", "worker"])
  func `every command stands in the help and has a help of its own`(name: String) async throws {
    try await Program.withFolder { program in
      #expect(try await program.run("--help").output.contains("\n  \(name) "))
      let help = try await program.run(name, "--help")
      #expect(help.status == 0)
      #expect(help.output.contains("USAGE: jira-sync \(name)"))
    }
  }

  @Test
  func `the version is a line`() async throws {
    try await Program.withFolder { program in
      let outcome = try await program.run("--version")
      #expect(outcome.status == 0)
      #expect(outcome.output == "\(JiraSync.version)\n")
    }
  }

  @Test(arguments: [
    ["frobnicate"], ["--frobnicate"], ["migrate", "--frobnicate"], ["migrate", "extra"],
    ["migrate", "--config"],
  ])
  func `a wrong command line is 64`(arguments: [String]) async throws {
    try await Program.withFolder { program in
      let outcome =
        arguments.count == 1
        ? try await program.run(arguments[0]) : try await program.run(arguments[0], arguments[1])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("Usage: jira-sync"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func `an unknown command is answered with the one that may be meant`() async throws {
    try await Program.withFolder { program in
      let outcome = try await program.run("snyc")
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("no command 'snyc'; did you mean 'sync'?"))
    }
  }

  @Test
  func `without settings: 78, the variable, and an example`() async throws {
    try await Program.withFolder { program in
      let outcome = try await program.run("migrate")
      #expect(outcome.status == 78)
      #expect(outcome.errors.hasPrefix("jira-sync: DATABASE_URL: it is not set"))
      #expect(outcome.errors.contains("Example: DATABASE_URL=postgresql://"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test
  func `a malformed connection string: 78, and the password stays out of it`() async throws {
    try await Program.withFolder { program in
      let outcome = try await program.run(
        "migrate", environment: ["DATABASE_URL": "postgresql://ada:geheim@[::1/audit"])
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("DATABASE_URL: "))
      #expect(!outcome.errors.contains("geheim"))
    }
  }

  @Test
  func `.env of the working directory is read, and a bad line in it is named`() async throws {
    try await Program.withFolder { program in
      try program.write("DATABASE_URL=nonsense\n", to: ".env")
      #expect(try await program.run("migrate").errors.contains("DATABASE_URL: "))
      try program.write("# fine\ngeheim\n", to: ".env")
      let outcome = try await program.run("migrate")
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains(".env: line 2: "))
    }
  }

  @Test
  func `a database that refuses: 69, naming host, port, database and user, not the password`()
    async throws
  {
    let port = try LoopbackPort(.refuses)
    try await Program.withFolder { program in
      let outcome = try await program.run(
        "migrate", "--status",
        environment: ["DATABASE_URL": "postgresql://ada:geheim@127.0.0.1:\(port.number)/audit"])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("connecting to audit at 127.0.0.1:\(port.number) as ada"))
      #expect(outcome.errors.contains("refused"))
      #expect(!outcome.errors.contains("geheim"))
      // Connecting again and again would take as long as its patience lasts.
      #expect(outcome.duration < .seconds(60))
    }
  }

  /// That it is ten seconds is for `patience` in LaunchTests: here a busy machine decides, too.
  @Test
  func `a host that never answers: 69, whatever the connection string allows`() async throws {
    // A program that leaves the limit to libpq would wait for ten minutes here.
    let port = try LoopbackPort(.staysSilent)
    try await Program.withFolder { program in
      let outcome = try await program.run(
        "migrate",
        environment: [
          "DATABASE_URL": "postgresql://ada@127.0.0.1:\(port.number)/audit?connect_timeout=600"
        ])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("127.0.0.1:\(port.number)"))
      #expect(outcome.duration < .seconds(120))
    }
  }

  /// Catches a worker whose end nobody waits for any more: it would hang, deaf to SIGTERM.
  @Test(.requiresPostgres, arguments: [[], ["--drain"]])
  func `a worker on a database without the schema ends at once, and says what to do`(
    options: [String]
  ) async throws {
    try await withDatabase(migrated: false) { database in
      let sandbox = try await SandboxServer.start(SandboxOptions())
      try await Program.withFolder { program in
        let outcome = try await program.run(
          ["worker"] + options,
          environment: [
            "DATABASE_URL": database.conninfo, "JIRA_BASE_URL": sandbox.baseURL,
            "JIRA_EMAIL": "sandbox@example.com", "JIRA_API_TOKEN": "sandbox",
            "JIRA_PROJECT": "SCRSKY",
          ])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("jira-sync migrate"), "\(outcome.errors)")
      }
      try await sandbox.stop()
    }
  }

  @Test
  func `a wrong password: 69, said as such`() async throws {
    // ErrorResponse, see "Message Formats" in the Postgres manual.
    let fields = "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"ada\"\0\0"
    let length = UInt32(fields.utf8.count + 4)
    let answer =
      [UInt8(ascii: "E")] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      + Array(fields.utf8)
    let port = try LoopbackPort(.answers(answer))
    try await Program.withFolder { program in
      let outcome = try await program.run(
        "migrate",
        environment: [
          "DATABASE_URL": "postgresql://ada:geheim@127.0.0.1:\(port.number)/audit?sslmode=disable"
        ])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("does not accept user or password"))
      #expect(outcome.errors.contains("as ada"))
      #expect(!outcome.errors.contains("geheim"))
    }
  }
}
