import Jira
import JobQueue

extension JobRun {
  /// What becomes of a job whose call to JIRA failed.
  func settlement(of job: Job, after error: JiraError, session: SiteSession) -> Settlement {
    // Everything fails and not this call alone: the session has looked into it, and closed.
    if error.concernsTheSite || session.closedReason != nil {
      return .postponed("\(error)", after: .seconds(1))
    }
    return switch error.classification {
    case .rateLimited(let delay):
      .postponed("\(error)", after: max(delay ?? retryDelay(job), RetryAfter.shortest))
    case .transient, .conflict, .authentication: .retry("\(error)", after: retryDelay(job))
    case .permanent: .refused("\(error)")
    }
  }
}
