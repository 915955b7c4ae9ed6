import Simulation
import TestSupport
import Testing

@testable import JobQueue

struct WakeUpModelTests {
  /// Whatever happens in whatever order: when writers have committed and runs have ended, nothing that is due is left, and the
  /// worker did not spin.
  ///
  /// Caught, by trying each: no second look after the announcement, no quick looks, a timer that a NOTIFY does not set anew.
  @Test func `no order of events leaves work lying`() {
    var generator = SeededGenerator(for: "WakeUpModelTests")
    for round in 0..<8_000 {
      var world = WakeUpWorld(
        slots: .random(in: 1...3, using: &generator), delaysSleep: .random(using: &generator),
        now: .now
      )
      for _ in 0..<Int.random(in: 1...120, using: &generator) {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1:
          world.write(
            commitsIn: .milliseconds(.random(in: 0...1_900, using: &generator)),
            dueIn: .milliseconds(Bool.random(using: &generator) ? 0 : 700))
        case 2, 3: world.endRun()
        case 4: if Int.random(in: 0..<4, using: &generator) == 0 { world.forget() }
        case 5: world.loseAnswer()
        case 6, 7: _ = world.advance()
        default: _ = world.step()
        }
      }
      guard settles(&world) else {
        Issue.record("round \(round) of seed \(generator.seed) left work lying: \(world)")
        return
      }
    }
  }

  /// Lets everything run out, without any further event from outside but runs that end.
  private func settles(_ world: inout WakeUpWorld) -> Bool {
    for _ in 0..<1_000 {
      if world.step() { continue }
      world.endRun()
      if world.step() || world.advance() { continue }
      return world.isQuiet
    }
    return false
  }
}
