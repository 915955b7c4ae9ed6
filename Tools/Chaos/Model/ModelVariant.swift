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
  /// A claim does not look whether a key runs after it has locked jobs of it, and no index stands behind it.
  case claimLooksOnlyOnce = "claim-looks-only-once"
  /// A claim takes a key of which it could not lock all waiting jobs.
  case mergeWithoutComparison = "merge-without-comparison"
  /// A claim merges jobs of a key that another claim has leased since it looked.
  case mergeWithoutLook = "merge-without-look"
  /// `rescue` takes whatever runs when it comes to lock it, though another worker has taken it meanwhile.
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
      ("jira_sync.enqueue(text, text, text)", [("for key share skip locked", "")], "")
    case .triggerWithoutLock:
      (
        // For one row, and for many or within the time-outs of an application.
        "jira_sync.enqueue_change", [("for key share skip locked", "")],
        "select model.edit('jira_sync.enqueue_changes', 'for key share skip locked', '')"
      )
    case .claimLooksOnlyOnce:
      (
        "jira_sync.claim",
        [
          (
            "where r.state = 'running' and r.key = u.key limit 1",
            "where r.state = 'running' and r.key = u.key and false limit 1"
          )
        ], "drop index jira_sync.jobs_running_key"
      )
    case .mergeWithoutComparison:
      (
        "jira_sync.merge_jobs",
        [
          ("v.key = t.key and v.jobs = t.jobs", "v.key = t.key")
        ], "drop index jira_sync.jobs_running_key"
      )
    case .mergeWithoutLook:
      (
        "jira_sync.merge_jobs",
        [
          (
            "(select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = t.key "
              + "limit 1) is null", "true"
          )
        ], "drop index jira_sync.jobs_running_key"
      )
    case .rescueByID:
      ("jira_sync.rescue", [("and l.token = j.token", "")], "")
    }
  }
}
