import HTTP
import JobQueue
import Postgres
import SyncEngine

/// A worker of a test, as the program runs one: a site session beside it, and an end.
struct RunningWorker: Sendable {
  let worker: Worker
  let session: SiteSession
  let tally: SyncTally
  private let running: Task<WorkerEnd, any Error>

  init(worker: Worker, session: SiteSession, tally: SyncTally, transport: CurlClient) {
    self.worker = worker
    self.session = session
    self.tally = tally
    running = Task {
      let end: Result<WorkerEnd, any Error>
      do { end = .success(try await Self.run(worker, session)) } catch { end = .failure(error) }
      await transport.shutdown()
      return try end.get()
    }
  }

  /// Waits until it ends by itself.
  @discardableResult
  func end() async throws -> WorkerEnd { try await running.value }

  /// Stops it as SIGTERM does and waits for its end.
  func stop() async throws {
    await worker.stop()
    try await end()
  }

  /// Stops it as a second SIGTERM does: what runs is given back at once.
  func stopAtOnce() async throws {
    await worker.stop()
    await worker.stop()
    try await end()
  }

  private static func run(_ worker: Worker, _ session: SiteSession) async throws -> WorkerEnd {
    try await withThrowingTaskGroup(of: WorkerEnd?.self) { group in
      group.addTask {
        try await session.keepOpen { await worker.nudge() }
        return nil
      }
      group.addTask { try await worker.run() }
      defer { group.cancelAll() }
      do {
        while let part = try await group.next() {
          if let end = part { return end }
        }
      } catch {
        await worker.stop()
        await worker.stop()
        throw error
      }
      return .stopped
    }
  }
}
