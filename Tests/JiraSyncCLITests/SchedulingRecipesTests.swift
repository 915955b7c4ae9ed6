import Foundation
import Postgres
import TestSupport
import Testing

/// The other ways to schedule that docs/guide.md, section 6, offers: each is taken from the page and tried.
@Suite("crontab, systemd and GitHub Actions, as the guide has them", .requiresPostgres)
struct SchedulingRecipesTests {
  /// The lines of the section, with their indent.
  private static func indentedLines() throws -> [String] {
    let guide = try DocumentedSnippets.text(of: "docs/guide.md")
    let section = guide.components(separatedBy: "\n## ").first { $0.hasPrefix("6. Schedules") }
    return try #require(section).components(separatedBy: "\n")
  }

  /// The lines of the section, without their indent.
  private static func lines() throws -> [String] {
    try indentedLines().map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// A world with a job, a folder with its settings as `.env`, and the program on the path.
  private func tryOut(
    settings: String = ".env",
    _ body: (Program, _ tools: String, _ world: CommandWorld) async throws -> Void
  ) async throws {
    try await CommandWorld.with(rows: 1) { world in
      try await world.execute("select jira_sync.enqueue('sync', id::text) from public.file_audit")
      try await Program.withFolder { program in
        let lines = world.environment.map { "\($0.key)='\($0.value)'" }.joined(separator: "\n")
        try program.write(lines, to: settings)
        try await body(program, Program.executable().deletingLastPathComponent().path, world)
      }
      #expect(world.issues == 1)
      #expect(
        try await world.value(
          "select count(*) = 1 as value from jira_sync.job_history where kind = 'poll' and outcome = 'done'"
        ), "JIRA was polled, too")
    }
  }

  /// What cron passes on is next to nothing: the settings come from `.env`.
  @Test
  func `The line of the crontab, in the environment that cron gives`() async throws {
    let line = try #require(try Self.lines().first { $0.hasPrefix("*/5 * * * * ") })
    try await tryOut { program, tools, _ in
      let command = line.dropFirst("*/5 * * * * ".count)
        .replacing("/opt/jira-sync", with: program.folder.path)
      let outcome = try await program.execute(
        URL(filePath: "/bin/sh"), ["-c", String(command)],
        environment: ["PATH": "\(tools):/usr/bin:/bin", "HOME": "/", "SHELL": "/bin/sh"])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test
  func `The commands of the timer's service, with the variables of its EnvironmentFile`()
    async throws
  {
    let units = try Self.units()
    let service = try #require(units.first { $0.contains("Type=oneshot") })
    let commands = service.filter { $0.hasPrefix("ExecStart=") }
    #expect(commands.count == 2)
    #expect(service.contains("EnvironmentFile=/etc/jira-sync.env"))
    try await tryOut(settings: "jira-sync.env") { program, tools, world in
      for command in commands {
        let words = command.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
        #expect(words.first == "/usr/local/bin/jira-sync")
        let outcome = try await program.run(
          Array(words.dropFirst()), environment: world.environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
    }
  }

  /// systemd itself reads the units; only the paths are those of this machine.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
  func `systemd has nothing to say against the units`() async throws {
    try await Program.withFolder { program in
      let executable = try Program.executable().path
      let names = ["jira-sync.service", "jira-sync-drain.service", "jira-sync-drain.timer"]
      let units = try Self.units()
      #expect(units.count == names.count)
      for (name, unit) in zip(names, units) {
        let text = unit.joined(separator: "\n")
          .replacing("/usr/local/bin/jira-sync", with: executable)
          .replacing("/opt/jira-sync", with: program.folder.path)
        try program.write(text, to: name)
      }
      let outcome = try await program.execute(
        URL(filePath: "/usr/bin/systemd-analyze"),
        ["verify", "--man=no"] + names.map { program.folder.appending(path: $0).path },
        environment: ["PATH": "/usr/bin:/bin"])
      let said = outcome.errors.split(separator: "\n").filter { $0.contains("jira-sync") }
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(said == [])
    }
  }

  @Test
  func `The steps of the workflow, with the variables that it passes on and no others`()
    async throws
  {
    let lines = try Self.lines()
    let commands = lines.compactMap { line -> [String]? in
      let prefix = "- run: .build/release/jira-sync "
      guard line.hasPrefix(prefix) else { return nil }
      return line.dropFirst(prefix.count).split(separator: " ").map(String.init)
    }
    #expect(commands.first == ["migrate"])
    let passed = Set(
      lines.filter { $0.contains(": ${{ ") }.compactMap {
        $0.split(separator: ":").first.map(String.init)
      })
    try await tryOut { program, _, world in
      #expect(passed == Set(world.environment.keys))
      try FileManager.default.removeItem(at: program.folder.appending(path: ".env"))
      for command in commands {
        let outcome = try await program.run(command, environment: world.environment)
        #expect(outcome.status == 0, "\(command): \(outcome.errors)")
      }
    }
  }

  /// The units in the order of the page, each from its `[Unit]` on.
  private static func units() throws -> [[String]] {
    var units: [[String]] = []
    var isInside = false
    for indented in try indentedLines() {
      let line = indented.trimmingCharacters(in: .whitespaces)
      if line == "[Unit]" {
        units.append([])
        isInside = true
      } else if !line.isEmpty, !indented.hasPrefix("      ") {
        // Text of the list is indented by two, what is shown in it by six.
        isInside = false
      }
      if isInside { units[units.count - 1].append(line) }
    }
    return units
  }
}
