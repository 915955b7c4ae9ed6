@testable import JobQueue

/// Handles `noop` as a test says.
struct TestHandler: JobHandler {
  var kinds = ["noop"]
  var maximumBatch = 100
  var closedReason: String?
  let body: @Sendable (JobRun) async throws -> Void

  init(
    maximumBatch: Int = 100, closedReason: String? = nil,
    _ body: @escaping @Sendable (JobRun) async throws -> Void
  ) {
    self.maximumBatch = maximumBatch
    self.closedReason = closedReason
    self.body = body
  }

  func run(_ run: JobRun) async throws { try await body(run) }

  /// Tells of each run, and is done.
  static func telling(_ mailbox: Mailbox<[Job]>) -> TestHandler {
    TestHandler { run in
      try await run.settle(run.jobs.map { ($0, .done) })
      mailbox.send(run.jobs)
    }
  }

  /// Tells of each run, and goes on until it is cancelled.
  static func waiting(_ mailbox: Mailbox<[Job]>) -> TestHandler {
    TestHandler { run in
      mailbox.send(run.jobs)
      try await Task.sleep(for: .seconds(3_600))
    }
  }
}
