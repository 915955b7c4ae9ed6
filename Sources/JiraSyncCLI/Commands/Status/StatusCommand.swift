import ArgumentParser
import JSON

/// `jira-sync status`.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract:
      "Shows the whole system: queue, workers, links, conflicts, poller, schedules, last errors.",
    discussion: """
      Examples:
        jira-sync status
        jira-sync status --watch
        jira-sync status --json
      """)

  @Flag(help: "Show it anew every two seconds until Ctrl-C.")
  var watch = false

  @Option(help: ArgumentHelp("How often --watch looks.", valueName: "seconds"))
  var interval = 2.0

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard (0.2...3_600).contains(interval) else {
      throw ValidationError("--interval is \(interval); it takes 0.2 to 3600 seconds")
    }
  }

  func run() async throws {
    try await withQueue(common, "status") { session in
      guard watch else {
        try write(try await StatusReport.read(session))
        return
      }
      try await interruptible(saying: nil) {
        while true {
          let report = try await StatusReport.read(session)
          let terminal = Terminal(.output)
          // Home, the text with each line's rest cleared, then what is below cleared: no flicker.
          if terminal.isInteractive, !output.json {
            let text = StatusText(report: report, terminal: terminal).text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            StandardStream.output.draw(
              "\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
          } else {
            try write(report)
          }
          repeat {
            try await Task.sleep(for: .seconds(interval))
            // One picture at a time waits for a reader that has stopped.
          } while OutputThread.shared.isBehind
        }
      }
    }
  }

  private func write(_ report: StatusReport) throws {
    StandardStream.output.write(
      output.json
        ? report.json.printable : StatusText(report: report, terminal: Terminal(.output)).text)
  }
}
