/// Decides how a batch of issues is read on after a call that failed as a whole.
///
/// It has no input or output of its own. Where one issue is at fault, the batch is divided until it is alone, which takes some calls more
/// for each such issue. Where JIRA as a whole is at fault, that ends after a few.
struct BatchReading {
  /// So many failures without one success: it is not about a few issues.
  static let mostFailures = 16

  private var waiting: [[String]]
  private var result = IssueBatch()
  private var hasRead = false
  private var failures = 0

  init(_ ids: [String], size: Int) {
    waiting = stride(from: 0, to: ids.count, by: size).map {
      Array(ids[$0..<min($0 + size, ids.count)])
    }
  }

  /// What to read next; nil where all is done.
  mutating func next() -> [String]? { waiting.isEmpty ? nil : waiting.removeFirst() }

  /// A call has succeeded.
  mutating func read(_ part: IssueBatch) {
    hasRead = hasRead || !part.found.isEmpty || !part.missing.isEmpty
    result.add(part)
  }

  /// A call has failed.
  ///
  /// - Parameters:
  ///   - ids: what was asked for.
  ///   - error: what JIRA said.
  /// - Returns: whether to go on; else the error is that of all.
  mutating func failed(_ ids: [String], error: JiraError) -> Bool {
    guard error.mayConcernOneIssue else {
      guard hasRead else { return false }
      // A limit or an outage: what was read is kept, and no more is asked for.
      for id in ids + waiting.flatMap(\.self) { result.failed[id] = error }
      waiting = []
      return true
    }
    failures += 1
    guard hasRead || failures < Self.mostFailures else { return false }
    guard ids.count > 1 else {
      for id in ids { result.failed[id] = error }
      return true
    }
    let middle = ids.count / 2
    // Wide before deep, so that a success shows soon.
    waiting += [Array(ids[..<middle]), Array(ids[middle...])]
    return true
  }

  /// What came of it.
  func batch(inOrderOf ids: [String]) -> IssueBatch {
    guard failures > 0 else { return result }
    let places = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
    func place(_ issue: Issue) -> Int { places[issue.id] ?? places[issue.key] ?? ids.count }
    var batch = result
    batch.found.sort { place($0) < place($1) }
    batch.missing.sort { places[$0] ?? ids.count < places[$1] ?? ids.count }
    return batch
  }
}

extension JiraError {
  /// Whether one issue of a batch may be why the whole call failed, or a single call may be about that issue alone.
  var mayConcernOneIssue: Bool {
    switch kind {
    case .unreadable, .unexpectedAnswer, .invalid, .forbidden, .gone, .notFound: true
    // What a JIRA says that stumbles over an issue; the others of 5xx are gateways'.
    case .unavailable: status == 500
    case .network, .timeout, .rateLimited, .conflict, .unauthorized, .captcha, .redirected,
      .cancelled, .circuitOpen:
      false
    }
  }
}
