/// Holds the first who comes until it is opened, or until its task is cancelled; the others pass.
struct Gate: Sendable {
  private let once = Once()
  private let opened = Once()
  private let arrival = AsyncStream.makeStream(of: Never.self)
  private let opening = AsyncStream.makeStream(of: Never.self)

  /// Stops here, if nobody has before.
  func stopHere() async {
    guard once.isFirst() else { return }
    arrival.continuation.finish()
    for await _ in opening.stream {}
  }

  /// Waits until somebody stands at the gate.
  func reached() async { for await _ in arrival.stream {} }

  /// Lets who stands there go on.
  func open() {
    _ = opened.isFirst()
    opening.continuation.finish()
  }

  /// Whether it was opened.
  var isOpen: Bool { opened.hasHappened }
}
