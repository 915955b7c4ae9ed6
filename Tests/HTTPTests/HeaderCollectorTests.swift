import Testing

@testable import HTTP

struct HeaderCollectorTests {
  private static func collect(_ lines: [String], maximumBytes: Int = 1000) -> (
    HeaderCollector, Bool
  ) {
    var collector = HeaderCollector(maximumBytes: maximumBytes)
    let taken = lines.allSatisfy { collector.take(Array($0.utf8)) }
    return (collector, taken)
  }

  private static func shown(_ lines: [String]) -> [String] {
    collect(lines).0.headers.map { "\($0.name)=\($0.value)" }
  }

  @Test func `names and values are kept in order, without the space around values`() {
    let lines = ["HTTP/1.1 200 OK\r\n", "B: 2 \r\n", "A:1\r\n", "b:\t3\n", "Empty:\r\n", "\r\n"]
    #expect(Self.shown(lines) == ["B=2", "A=1", "b=3", "Empty="])
  }

  @Test func `a folded line belongs to the header before it`() {
    #expect(Self.shown(["HTTP/1.1 200 OK\r\n", "A: 1\r\n", "  2: x\r\n", "\r\n"]) == ["A=1 2: x"])
    #expect(Self.shown(["HTTP/1.1 200 OK\r\n", " lost\r\n", "\r\n"]) == [])
  }

  /// Broken variant: a Retry-After of an interim answer or of a trailer counts.
  @Test func `only the last answer's headers count, and no trailer`() {
    let lines = [
      "HTTP/1.1 103 Early Hints\r\n", "A: early\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "B: 1\r\n",
      "\r\n", "C: trailer\r\n", "\r\n",
    ]
    #expect(Self.shown(lines) == ["B=1"])
  }

  @Test func `a line without a colon is dropped, bytes that are no UTF-8 are replaced`() {
    #expect(Self.shown(["HTTP/1.1 200 OK\r\n", "nonsense\r\n", "A: 1\r\n"]) == ["A=1"])
    var collector = HeaderCollector(maximumBytes: 100)
    let isTaken = collector.take([UInt8(ascii: "A"), UInt8(ascii: ":"), 0xFF])
    #expect(isTaken)
    #expect(collector.headers.first?.value == "\u{FFFD}")
  }

  /// Broken variant: the count starts anew with each interim answer.
  @Test func `the bound counts every byte of every answer`() {
    let line = "HTTP/1.1 100 Continue\r\n"
    #expect(Self.collect([line, line], maximumBytes: line.utf8.count * 2).1)
    #expect(!Self.collect([line, line], maximumBytes: line.utf8.count * 2 - 1).1)
  }
}
