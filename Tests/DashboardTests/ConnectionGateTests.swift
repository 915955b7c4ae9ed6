import Testing

@testable import Dashboard

/// Which connection gives way to a newcomer.
struct ConnectionGateTests {
  private let limits = ConnectionGate.Limits(connections: 6, connectionsPerClient: 3)

  private func room(_ client: String, among others: [(String, Bool)]) -> ConnectionGate.Room {
    ConnectionGate.room(
      for: client, among: others.map { (client: $0.0, isBusy: $0.1) }, limits: limits)
  }

  @Test func `as long as there is room, nothing gives way`() {
    #expect(room("a", among: []) == .free)
    #expect(room("a", among: [("a", false), ("a", true), ("b", false)]) == .free)
  }

  /// Broken variants: the newest gives way, which is the probe itself; the oldest of all does, which is another client's.
  @Test func `of a client with too many, its own oldest gives way`() {
    #expect(
      room("a", among: [("b", false), ("a", false), ("a", false), ("a", false)]) == .instead(1))
    #expect(
      room("a", among: [("a", true), ("b", false), ("a", false), ("a", false)]) == .instead(2))
  }

  @Test func `where all is taken, the client that has most gives way`() {
    let taken = [
      ("b", false), ("a", false), ("a", false), ("a", false), ("c", false), ("c", false),
    ]
    #expect(room("d", among: taken) == .instead(1))
    #expect(room("c", among: taken) == .instead(1))
  }

  @Test func `what is being answered gives way to nobody`() {
    #expect(room("a", among: [("a", true), ("a", true), ("a", true)]) == .none)
    #expect(room("d", among: Array(repeating: ("a", true), count: 6)) == .none)
  }
}
