/// Does nothing, for trying the queue out and for measuring it: the kind `noop`.
public struct NoopHandler: JobHandler {
  /// The kinds it takes.
  public let kinds: [String]
  /// All that one claim brings.
  public let maximumBatch = 1_000
  /// What says what to do is of no use to who does nothing.
  public let readsArguments = false

  /// Makes a handler.
  ///
  /// - Parameter kinds: the kinds it takes; others than `noop` to measure a queue whose jobs have keys.
  public init(kinds: [String] = ["noop"]) {
    self.kinds = kinds
  }

  /// Settles all jobs as done.
  ///
  /// - Parameter run: the jobs.
  /// - Throws: `PostgresError`.
  public func run(_ run: JobRun) async throws {
    try await run.settle(run.jobs.map { ($0, .done) })
  }
}
