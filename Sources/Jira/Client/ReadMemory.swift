import Locks

/// What a site has answered to reads, kept so that a sequence of calls that fails in the middle goes on from there.
public final class ReadMemory: Sendable {
  private let answers = Lock<[String: JiraAnswer]>([:])
  private let begun = ContinuousClock.now

  /// What was answered is believed for so long.
  private static let longest = Duration.seconds(120)

  /// Makes an empty memory.
  public init() {}

  /// Whether what was kept is too old to go on with.
  public var isStale: Bool { .now - begun > Self.longest }

  func answer(to key: String) -> JiraAnswer? { answers.withLock { $0[key] } }

  func keep(_ answer: JiraAnswer, to key: String) { answers.withLock { $0[key] = answer } }
}

/// How often a client tries its reads.
struct ReadPatience: Sendable {
  let attempts: Int
  let memory: ReadMemory?
}

extension JiraError {
  /// Whether the same call may succeed soon.
  var mayPassAtOnce: Bool {
    switch kind {
    case .unavailable: retryAfter == nil
    case .unexpectedAnswer, .conflict: true
    case .network: mayHaveBeenReceived
    case .timeout: status != nil
    case .rateLimited, .unauthorized, .forbidden, .captcha, .notFound, .gone, .invalid, .redirected,
      .unreadable, .cancelled, .circuitOpen:
      false
    }
  }
}
