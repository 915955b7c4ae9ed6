import JSON
import Testing

@testable import SyncEngine

@Suite("Where a poll begins, and how far the watermark moves")
struct WatermarkTests {
  @Test
  func `a poll begins an overlap before the watermark, or before what was read longest ago`() {
    func from(_ watermark: Int64?, _ oldest: Int64?, _ asked: Int64?) -> Int64? {
      PollStart.from(
        watermark: watermark, oldestKnown: oldest, asked: asked, overlap: .seconds(300))
    }
    #expect(from(1_000_000, nil, nil) == 700_000)
    #expect(from(nil, 1_000_000, nil) == 700_000)
    #expect(from(nil, nil, nil) == nil, "nothing is linked")
    #expect(from(1_000_000, nil, 5) == 5)
    #expect(from(1_000_000, nil, 999_999_999) == 700_000, "what lies between would be missed")
    #expect(from(100, nil, nil) == 0)
  }

  @Test(
    arguments: [
      ("{}", nil), ("{\"since\": null}", nil), ("{\"since\": 1732877091000}", 1_732_877_091_000),
      ("{\"since\": \"1732877091000\"}", 1_732_877_091_000),
      ("{\"since\": \"2024-11-29T10:44:51Z\"}", 1_732_877_091_000),
      ("{\"since\": \"2024-11-29T11:44:51.000+01:00\"}", 1_732_877_091_000),
      ("{\"since\": \"2024-11-29\"}", 1_732_838_400_000),
    ] as [(String, Int64?)])
  func `a job may say since when`(arguments: String, expected: Int64?) throws {
    #expect(try PollStart.since(JSON(parsing: arguments)) == expected)
  }

  @Test(arguments: ["\"last week\"", "-1", "true", "[]"])
  func `anything else is refused`(since: String) throws {
    let arguments = try JSON(parsing: "{\"since\": \(since)}")
    #expect(throws: PollStart.Unreadable.self) { try PollStart.since(arguments) }
  }

  @Test
  func `it moves to the newest that was seen, and on the way only before what waits`() {
    var watch = WatermarkWatch()
    watch.saw([10, 20, 20])
    #expect(watch.reached(before: 20) == 19)
    watch.saw([])
    watch.saw([30])
    #expect(watch.end == 30)
    #expect(WatermarkWatch().end == nil)
  }

  /// Catches a watermark that trusts an order which JIRA did not keep.
  @Test
  func `without order it moves only at the end`() {
    var watch = WatermarkWatch()
    watch.saw([30, 10])
    #expect(watch.reached(before: 30) == nil)
    #expect(watch.end == 30)
  }

  /// Catches what offsets skip when an issue of an earlier page changes meanwhile.
  @Test
  func `pages by offset: no further than the first page, for what follows may have moved up`() {
    var watch = WatermarkWatch(trustsLaterPages: false)
    watch.saw([10, 20])
    #expect(watch.end == 20)
    watch.saw([30, 40])
    #expect(watch.end == 20)
    #expect(watch.reached(before: 40) == nil)
  }
}
