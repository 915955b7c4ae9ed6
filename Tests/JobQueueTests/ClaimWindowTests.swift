import Testing

@testable import JobQueue

@Suite("How far back a claim looks")
struct ClaimWindowTests {
  let start = ContinuousClock.now

  @Test
  func `nothing is known at first, so everything is looked at`() {
    #expect(ClaimWindow().lookBack(now: start) == nil)
  }

  @Test
  func `after a claim that found nothing, only what fell due since, and a margin`() {
    var window = ClaimWindow()
    window.claimed(sentAt: start, lookBack: nil, isShort: true, took: .zero)
    #expect(window.lookBack(now: start + .seconds(1)) == .seconds(1) + ClaimWindow.margin)
  }

  /// Broken variant: a window that begins at the last claim of any kind would leave a backlog behind.
  @Test
  func `a backlog is worked off from its beginning`() {
    var window = ClaimWindow()
    window.claimed(sentAt: start, lookBack: nil, isShort: true, took: .zero)
    window.claimed(sentAt: start + .seconds(3), lookBack: nil, isShort: false, took: .zero)
    #expect(window.lookBack(now: start + .seconds(3.1)) == nil)
  }

  @Test
  func `a busy claim within the window moves its beginning nowhere`() {
    var window = ClaimWindow()
    window.claimed(sentAt: start, lookBack: nil, isShort: true, took: .zero)
    window.claimed(sentAt: start + .seconds(1), lookBack: .seconds(6), isShort: false, took: .zero)
    #expect(window.lookBack(now: start + .seconds(1.5)) == .seconds(1.5) + ClaimWindow.margin)
  }

  /// What commits later than the margin, or was passed over while its key was running, is found within two seconds, or ten where looking is dear.
  @Test
  func `every two seconds everything is looked at`() {
    var window = ClaimWindow()
    window.claimed(sentAt: start, lookBack: nil, isShort: true, took: .zero)
    window.claimed(sentAt: start + .seconds(1.9), lookBack: .seconds(6), isShort: true, took: .zero)
    #expect(window.lookBack(now: start + .seconds(2)) == nil)
  }

  @Test
  func `a reset makes the next claim look all the way`() {
    var window = ClaimWindow()
    window.claimed(sentAt: start, lookBack: nil, isShort: true, took: .zero)
    window.reset()
    #expect(window.lookBack(now: start) == nil)
  }

  /// Broken variant: a full look every two seconds, however dear, is one claim in a hundred of a busy worker.
  @Test(arguments: [(1, 2_000), (10, 4_500), (20, 9_500), (46, 10_000), (500, 10_000)])
  func `the dearer a full look, the rarer it is, within bounds`(milliseconds: Int, every: Int) {
    var window = ClaimWindow()
    window.claimed(
      sentAt: start, lookBack: .seconds(5), isShort: true, took: .milliseconds(1))
    window.claimed(sentAt: start, lookBack: nil, isShort: true, took: .milliseconds(milliseconds))
    #expect(window.full.interval == .milliseconds(every))
    #expect(window.lookBack(now: start + .milliseconds(every - 1)) != nil)
    #expect(window.lookBack(now: start + .milliseconds(every)) == nil)
  }

  /// Work was promised, and the claim with a window found none.
  ///
  /// Broken variant: one that always looks all the way back is one claim in ten of a busy worker, which is promised work with
  /// each run that ends; after ten minutes behind an old transaction each of them took 25 ms.
  @Test
  func `a promise is looked for at once where that is cheap, else within ten seconds`() {
    for (took, atOnce) in [(Duration.milliseconds(2), true), (.milliseconds(9), false)] {
      var window = ClaimWindow()
      for _ in 0..<3 { window.claimed(sentAt: start, lookBack: nil, isShort: true, took: took) }
      window.claimed(
        sentAt: start, lookBack: .seconds(5), isShort: true, took: .milliseconds(1))
      #expect(window.lookBack(now: start + .seconds(1)) != nil)
      let looks = window.scansAgain()
      #expect(looks == atOnce)
      #expect((window.lookBack(now: start + .seconds(1)) == nil) == atOnce)
      #expect(window.lookBack(now: start + .seconds(10)) == nil)
    }
  }

  @Test
  func `one full scan on a busy machine does not make scans expensive`() {
    var window = ClaimWindow()
    for took in [Duration.milliseconds(1), .milliseconds(300), .milliseconds(1)] {
      window.claimed(sentAt: start, lookBack: nil, isShort: true, took: took)
    }
    #expect(window.full.interval == window.full.every)
    let looks = window.scansAgain()
    #expect(looks)
  }
}
