import Jira
import JobQueue

extension JobRun {
  /// What becomes of a job whose call to JIRA failed.
  func fate(of job: Job, after error: JiraError, session: SiteSession) -> Settlement {
    // Nothing is permitted any more: the session has asked, and closed.
    let isClosed = error.kind == .forbidden && session.closedReason != nil
    if error.concernsTheSite || isClosed { return .postponed("\(error)", after: .seconds(1)) }
    return switch error.classification {
    case .rateLimited(let delay):
      .postponed("\(error)", after: max(delay ?? retryDelay(job), RetryAfter.shortest))
    case .transient, .conflict, .authentication: .retry("\(error)", after: retryDelay(job))
    case .permanent: .refused("\(error)")
    }
  }
}
