import Notifications
import Testing

@testable import JiraSyncCLI

/// What becomes of lines while nobody reads them.
struct OutputQueueTests {
  private func taken(_ queue: inout OutputQueue) -> String {
    queue.take { "\($0.grouped) lost" }.map(\.text).joined()
  }

  @Test func `what has room is kept in the order of both streams`() {
    var queue = OutputQueue()
    queue.add("a\n", to: .error)
    queue.add("b\n", to: .output)
    queue.add("c\n", to: .error)
    #expect(queue.take { _ in "" }.map(\.stream) == [.error, .output, .error])
    #expect(queue.isEmpty)
  }

  @Test func `what has no room is counted, and the number stands where the lines are missing`() {
    var queue = OutputQueue(limit: 10)
    for number in 1...5 { queue.add("line\(number)\n", to: .error) }
    #expect(taken(&queue) == "line1\n4 lost\n")
    queue.add("next\n", to: .error)
    #expect(taken(&queue) == "next\n")
  }

  /// Broken variant: a short line that still fits, in the middle of those that are missing.
  @Test func `once a line is dropped, all are until the queue is taken`() {
    var queue = OutputQueue(limit: 10)
    queue.add("1234567\n", to: .error)
    queue.add("too long for it\n", to: .error)
    queue.add("x\n", to: .error)
    #expect(taken(&queue) == "1234567\n2 lost\n")
  }

  @Test func `results are never dropped`() {
    var queue = OutputQueue(limit: 10)
    for _ in 1...100 { queue.add("a result\n", to: .output) }
    #expect(taken(&queue).utf8.count == 900)
  }

  @Test func `what could not be written is counted, and said before the next line`() {
    var queue = OutputQueue()
    for _ in 1...1_204 { queue.add("a line\n", to: .error) }
    for piece in queue.take(describe: { _ in "" }) { queue.lost(piece) }
    // Nothing is tried as long as there is nothing to say.
    #expect(queue.isEmpty)
    queue.add("works again\n", to: .error)
    #expect(taken(&queue) == "1,204 lost\nworks again\n")
  }

  @Test func `a number that could not be written is not forgotten`() {
    var queue = OutputQueue(limit: 10)
    for _ in 1...4 { queue.add("a line\n", to: .error) }
    for piece in queue.take(describe: { _ in "" }) { queue.lost(piece) }
    queue.add("x\n", to: .error)
    #expect(taken(&queue) == "4 lost\nx\n")
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_204, "1,204"), (1_000_000, "1,000,000")])
  func `numbers have a comma between thousands`(number: Int, text: String) {
    #expect(number.grouped == text)
  }
}
