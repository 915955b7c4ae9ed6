import Testing

@testable import JobQueue

@Suite("How often everything is looked at")
struct FullScansTests {
  let start = ContinuousClock.now

  /// Those of a worker's heartbeats.
  private var looks = FullScans(every: .zero, everyAtLeast: .seconds(30), patience: 50)

  @Test
  func `the first is a full one, and so is the first after a reset`() {
    var looks = looks
    #expect(looks.areDue(now: start))
    looks.scanned(isFull: true, sentAt: start, took: .seconds(1))
    #expect(!looks.areDue(now: start + .seconds(1)))
    looks.reset()
    #expect(looks.areDue(now: start + .seconds(1)))
  }

  /// Broken variant: what is compared with nothing counts a slow network as a dear look.
  @Test
  func `where a full one costs what the others cost, each is a full one`() {
    var looks = looks
    looks.scanned(isFull: false, sentAt: start, took: .milliseconds(200))
    looks.scanned(isFull: true, sentAt: start, took: .milliseconds(200))
    #expect(looks.areDue(now: start))
  }

  /// Broken variant: the part met a busy machine once, and is never looked at again; whatever is dear later seems cheap.
  @Test
  func `now and then a part is looked at, so that the comparison is of today`() {
    var looks = looks
    looks.scanned(isFull: false, sentAt: start, took: .seconds(1))
    for _ in 0..<FullScans.mostInARow {
      #expect(looks.areDue(now: start))
      looks.scanned(isFull: true, sentAt: start, took: .milliseconds(100))
    }
    #expect(!looks.areDue(now: start))
    looks.scanned(isFull: false, sentAt: start, took: .zero)
    #expect(!looks.areDue(now: start + .milliseconds(4_999)))
    #expect(looks.areDue(now: start + .seconds(5)))
  }

  @Test
  func `else they take the fiftieth part of the time, and come every thirty seconds at the least`()
  {
    for (milliseconds, seconds) in [(100, 5), (3_000, 30)] {
      var looks = looks
      looks.scanned(isFull: true, sentAt: start, took: .milliseconds(milliseconds))
      #expect(!looks.areDue(now: start + .seconds(seconds) - .milliseconds(1)))
      #expect(looks.areDue(now: start + .seconds(seconds)))
    }
  }

  @Test
  func `one scan on a busy machine does not make scans expensive, three do`() {
    var looks = looks
    for _ in 0..<2 { looks.scanned(isFull: true, sentAt: start, took: .zero) }
    looks.scanned(isFull: true, sentAt: start, took: .seconds(1))
    #expect(looks.areDue(now: start))
    for _ in 0..<2 { looks.scanned(isFull: true, sentAt: start, took: .seconds(1)) }
    #expect(!looks.areDue(now: start))
  }
}
