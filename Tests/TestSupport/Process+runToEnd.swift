import Foundation

extension Process {
  /// Starts the program and waits until it has ended, without holding up a thread.
  ///
  /// - Returns: its exit code, or the signal that ended it.
  /// - Throws: where it cannot be started.
  public func runToEnd() async throws -> Int32 {
    try await withCheckedThrowingContinuation { continuation in
      terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do {
        try run()
      } catch {
        terminationHandler = nil
        continuation.resume(throwing: error)
      }
    }
  }
}
