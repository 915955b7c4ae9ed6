import Foundation
import JSON
import Logging
import Testing

@testable import JiraSyncCLI

/// How log lines look.
struct LogLineTests {
  private func line(
    _ message: String, level: Logger.Level = .info, _ metadata: Logger.Metadata = [:]
  ) -> LogLine {
    LogLine(
      time: Date(timeIntervalSince1970: 1_800_000_000.25), level: level, logger: "jira-sync.worker",
      message: message, metadata: metadata)
  }

  @Test
  func `text has time, level, message and sorted pairs`() {
    #expect(
      line("claimed", ["jobs": "3", "for": "row:7"]).text(isColored: false)
        == "2027-01-15T08:00:00.250Z INFO    claimed for=row:7 jobs=3")
  }

  @Test
  func `values that would be misread are quoted; lists are JSON`() {
    let text = line(
      "x", ["a": "two words", "b": "", "c": "say \"hi\"", "d": ["1", "2"], "e": "k=v"]
    ).text(isColored: false)
    #expect(text.hasSuffix(#"x a="two words" b="" c="say \"hi\"" d="[\"1\",\"2\"]" e="k=v""#))
  }

  @Test
  func `nothing that is logged can forge a line or colour the terminal`() {
    // A writer that passes text through would print a second line that looks like our own.
    let forged = "x\r\n2027-01-15T08:00:00.250Z INFO    all is well\u{1B}[2J\u{9B}\u{2028}"
    for text in [
      line(forged, ["k": .string(forged)]).text(isColored: false), line(forged).json,
    ] {
      let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
      #expect(isClean && !text.contains("\n"))
    }
    #expect(!line(forged).text(isColored: false).unicodeScalars.contains("\u{9B}"))
    #expect(!line(forged).text(isColored: false).unicodeScalars.contains("\u{2028}"))
  }

  @Test
  func `colours stand around the level only`() {
    #expect(
      line("boom", level: .error).text(isColored: true)
        == "2027-01-15T08:00:00.250Z \u{1B}[31mERROR  \u{1B}[0m boom")
  }

  @Test
  func `json is one object with everything in it`() throws {
    let text = line("done \"so\"\nfar", ["n": "1", "list": ["a"], "map": ["k": "v"]]).json
    #expect(!text.contains("\n"))
    #expect(
      try JSON(parsing: text) == [
        "ts": "2027-01-15T08:00:00.250Z", "level": "info", "logger": "jira-sync.worker",
        "msg": "done \"so\"\nfar",
        "metadata": ["n": "1", "list": ["a"], "map": ["k": "v"]],
      ])
  }
}
