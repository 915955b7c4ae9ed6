/// Hands values from where something happens to the test that waits for it.
final class Mailbox<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func send(_ value: Value) { continuation.yield(value) }

  /// The next value; for one reader.
  ///
  /// - Throws: `NothingCame` after ten minutes, so that a failure is no hang.
  func next() async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { [stream] in
        for await value in stream { return value }
        throw CancellationError()
      }
      group.addTask {
        // Cancelled as soon as something has come.
        try await Task.sleep(for: .seconds(600))
        throw NothingCame()
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw NothingCame() }
      return value
    }
  }

  struct NothingCame: Error {}
}
