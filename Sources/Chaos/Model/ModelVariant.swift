/// The queue as it is, or with one of the mistakes that other queues make put into it on purpose.
enum ModelVariant: String, Sendable, CaseIterable {
  /// As the migrations make it.
  case correct
  /// A run is ended by its job and worker; an older lease of the same worker passes.
  case settleWithoutToken = "settle-without-token"
  /// A run is ended by the id of its job alone.
  case settleByID = "settle-by-id"
  /// `enqueue` relies on a job that waits without locking it.
  case enqueueWithoutLock = "enqueue-without-lock"
  /// The trigger on `file_audit` relies on a job that waits without locking it.
  case triggerWithoutLock = "trigger-without-lock"
  /// A claim looks whether a key is running before it has locked the key, and no index stands behind it.
  case claimChecksBeforeLocking = "claim-checks-before-locking"
  /// `rescue` takes whatever runs when it comes to lock it, though somebody else has taken it meanwhile.
  case rescueByID = "rescue-by-id"

  /// The mistake, as replacements in the text of functions, and statements to run besides.
  var mistake: (function: String, replacements: [(old: String, new: String)], besides: String)? {
    switch self {
    case .correct: nil
    case .settleWithoutToken:
      (
        "jira_sync.settle",
        [(" and r.token = a.token", ""), (" and j.token = any(tokens)", "")], ""
      )
    case .settleByID:
      (
        "jira_sync.settle",
        [
          (" and r.token = a.token and r.worker = holder", " and r.worker is not null"),
          (" and j.token = any(tokens) and j.worker = holder", " and j.worker is not null"),
        ], ""
      )
    case .enqueueWithoutLock:
      ("jira_sync.enqueue", [("for key share skip locked", "")], "")
    case .triggerWithoutLock:
      ("jira_sync.file_audit_updated", [("for key share skip locked", "")], "")
    case .claimChecksBeforeLocking:
      (
        "jira_sync.claim",
        [
          (
            "case when model.stop_here() then",
            "case when exists (select from jira_sync.jobs as r where r.state = 'running' "
              + "and r.key = s.key) then false when model.stop_here() then"
          ),
          (
            "where r.state = 'running' and r.key = u.key limit 1",
            "where r.state = 'running' and r.key = u.key and false limit 1"
          ),
        ], "drop index jira_sync.jobs_running_key"
      )
    case .rescueByID:
      ("jira_sync.rescue", [("and l.token = j.token", "")], "")
    }
  }
}
