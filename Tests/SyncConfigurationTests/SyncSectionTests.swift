import Mapping
import Testing

@testable import Planning
@testable import SyncConfiguration

@Suite("Settings of poll, sweep, policies and breaker")
struct SyncSectionTests {
  private func read(_ yaml: String) throws -> SyncSettings {
    try ConfigurationFile(yaml: yaml, file: "f.yaml").sync
  }

  @Test
  func `what the file says, and what is left out`() throws {
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

  @Test(arguments: [
    (
      "poll: {overlap: soon}",
      "1:17: poll.overlap is 'soon'; write a time such as 30s, 5m, 2h or 1d"
    ),
    ("poll: {overlap: 2d}", "1:17: poll.overlap is '2d'; it takes from 0s to 1d"),
    (
      "poll: {overlp: 2m}",
      "1:8: unknown key 'overlp' in poll; did you mean 'overlap'?; allowed are interval, overlap, behind_after"
    ),
    ("poll: 5m", "1:7: poll must be a mapping of keys to values, but is '5m'"),
    ("poll: {interval: 1 minut}", "1:18: poll.interval is '1 minut'; it takes a period"),
    ("sweep: {may_miss: 150%}", "1:19: sweep.may_miss is '150%'; write a share such as 20%"),
    (
      "on_row_deleted: delete",
      "1:17: on_row_deleted is 'delete', but must be one of none, comment, close, unlink"
    ),
    (
      "breaker: {changes: 1}",
      "1:20: breaker.changes must be a whole number from 2 to 10000, but is '1'"
    ),
  ])
  func `what is wrong is said in words, all of it`(yaml: String, says: String) {
    let error = #expect(throws: MappingError.self) { try read(yaml) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(says))
  }
}
