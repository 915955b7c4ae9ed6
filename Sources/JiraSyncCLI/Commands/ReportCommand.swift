import ArgumentParser
import FoundationEssentials
import JSON
import Logging
import Notifications
import SyncConfiguration

/// `jira-sync report`.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Says what was synced in a period, how fast, what failed, and what debt is open.",
    discussion: """
      The page that --format html makes stands alone: it can be mailed, printed and put anywhere. To \
      have a report sent every morning, ask for it in SQL: select jira_sync.schedule('report', '0 7 * * *').

      Examples:
        jira-sync report
        jira-sync report --since 30d --format html --output report.html
        jira-sync report --since 1d --format json
      """)

  @Option(help: ArgumentHelp("How far back: 12h, 7d, 4w.", valueName: "period"))
  var since = "7d"

  @Option(help: ArgumentHelp("text, markdown, html or json.", valueName: "format"))
  var format: ReportFormat = .text

  @Option(help: ArgumentHelp("Write it there instead of to standard output.", valueName: "file"))
  var output: String?

  @Flag(help: "Write JSON; the same as --format json.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func validate() throws {
    guard TimeSpan.parse(since) != nil else {
      throw ValidationError("--since is '\(since)'; it takes a period such as 12h, 7d or 4w")
    }
  }

  func run() async throws {
    guard let period = TimeSpan.parse(since) else { return }
    let report = try await withQueue(common, "report") { session in
      try await ReportStore(session.connection).report(of: period)
    }
    let text = report.written(as: json ? .json : format)
    guard let output else {
      let isJSON = json || format == .json
      let shown = isJSON ? JSON.printable(text) : text.printable(keeping: ["\n", "\t"])
      return StandardStream.output.write(shown)
    }
    do {
      try Data((text + "\n").utf8).write(to: URL(filePath: output), options: .atomic)
    } catch {
      throw CommandFailure(.failed, "cannot write the report to '\(output)': \(Self.reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such folder"
    case .fileWriteNoPermission: "permission denied"
    case .fileWriteOutOfSpace: "no space left"
    default: "\(error)"
    }
  }
}

extension ReportFormat: ExpressibleByArgument {}
