/// Does the work of some kinds of jobs.
public protocol JobHandler: Sendable {
  /// The kinds it handles.
  var kinds: [String] { get }

  /// How many jobs one run takes at the most.
  var maximumBatch: Int { get }

  /// Why nothing of these kinds can be done now; nil where it can. Asked before each claim.
  var closedReason: String? { get }

  /// Whether its runs count against the worker's concurrency.
  ///
  /// False for work that mostly waits for another server, and of which few runs go on at a time: it then delays nothing else.
  var takesSlot: Bool { get }

  /// Whether it looks at the jobs' `args`; where it does not, they are not decoded.
  var readsArguments: Bool { get }

  /// Works on some jobs and settles each of them through the run.
  ///
  /// Jobs that are not settled when it returns or throws are tried again later. It must react to cancellation of its
  /// task: the worker is stopping, the deadline has passed, or the job was cancelled.
  ///
  /// - Parameter run: the jobs, under their leases.
  /// - Throws: anything; what was not settled is then retried with that error.
  func run(_ run: JobRun) async throws
}

extension JobHandler {
  /// A hundred jobs.
  public var maximumBatch: Int { 100 }
  /// Its runs count.
  public var takesSlot: Bool { true }
  /// It looks at them.
  public var readsArguments: Bool { true }
  /// Nothing is ever in the way.
  public var closedReason: String? { nil }
}
