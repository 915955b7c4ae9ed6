/// Stops the first task that comes until a test opens it, or until the task is cancelled; the others pass.
public struct FirstTaskGate: Sendable {
  private let once = Once()
  private let opened = Once()
  private let arrival = AsyncStream.makeStream(of: Never.self)
  private let opening = AsyncStream.makeStream(of: Never.self)

  /// Makes a closed gate.
  public init() {}

  /// Stops the task, if it is the first one.
  public func stopHere() async {
    guard once.isFirst() else { return }
    arrival.continuation.finish()
    for await _ in opening.stream {}
  }

  /// Waits until a task is stopped here.
  public func reached() async { for await _ in arrival.stream {} }

  /// Lets the stopped task go on.
  public func open() {
    _ = opened.isFirst()
    opening.continuation.finish()
  }

  /// Whether it was opened.
  public var isOpen: Bool { opened.hasHappened }
}
