@testable import Planning
import Mapping
import SyncEngine
import Testing

@Suite("Settings of poll, sweep, policies and breaker")
struct SyncSettingsTests {
  private func read(_ yaml: String) throws -> SyncSettings {
    try SyncSettings(JiraSyncFile(yaml: yaml, file: "f.yaml").settings, file: "f.yaml")
  }

  @Test("what the file says, and what is left out")
  func reads() throws {
    let settings = try read(
      """
      poll: {overlap: 2m, behind_after: 1h, interval: 30 seconds}
      sweep: {may_miss: 5%}
      on_row_deleted: close
      breaker: {changes: 7, within: 10m}
      """)
    #expect(settings.pollOverlap == .seconds(120))
    #expect(settings.pollBehindAfter == .seconds(3600))
    #expect(settings.sweepMayMiss == 0.05)
    #expect(settings.onRowDeleted == .close)
    #expect(settings.onIssueDeleted == .none)
    #expect(settings.breaker.changes == 7)
    #expect(settings.breaker.within == .seconds(600))
    #expect(try read("poll: {overlap: 90}").pollOverlap == .seconds(90))
    #expect(try read("") == SyncSettings())
  }

  @Test(
    "what is wrong is said in words, all of it",
    arguments: [
      ("poll: {overlap: soon}", "poll.overlap is \"soon\"; write a time such as 30s, 5m, 2h or 1d"),
      ("poll: {overlap: 2d}", "poll.overlap is \"2d\"; it takes from 0s to 86400s"),
      (
        "poll: {overlp: 2m}",
        "poll has no key 'overlp'; it has overlap, behind_after; did you mean 'overlap'?"
      ),
      ("poll: 5m", "poll is \"5m\"; write keys under it: overlap, behind_after"),
      ("sweep: {may_miss: 150%}", "sweep.may_miss is \"150%\"; write a share such as 20%"),
      (
        "on_row_deleted: delete",
        "on_row_deleted is \"delete\"; write none, comment, close, unlink"
      ),
      ("breaker: {changes: 1}", "breaker.changes is 1; write a whole number from 2 to 10000"),
    ])
  func wrong(yaml: String, says: String) {
    let error = #expect(throws: MappingError.self) { try read(yaml) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(says))
  }
}
