import Jira
import JobQueue

/// Why a row was not linked or unlinked by hand; nothing was changed then.
public enum LinkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no such row.
  case unknownRow(RowKey)
  /// JIRA has no such issue, or this account may not see it.
  case unknownIssue(String)
  /// The issue is in another project than the one the database is bound to.
  case otherProject(issue: String, project: String, bound: String)
  /// The issue belongs to another row.
  case issueTaken(issue: String, by: String)
  /// The row has another issue.
  case rowHasIssue(row: String, issue: String)
  /// An issue for the row may just be made, or may have been made.
  case creationUnderWay(row: String)
  /// A worker works on the row.
  case rowIsBusy(row: String)
  /// The database was not bound to a site yet.
  case noSite
  /// There is nothing between the row and any issue.
  case notLinked(row: String)

  /// What stands in the way, and what to do.
  public var description: String {
    switch self {
    case .unknownRow(let row): "\(row.table) has no row with the id \(row.id)"
    case .unknownIssue(let issue):
      """
      JIRA has no issue \(issue), or this account may not see it. Check the key, and that the account has the permission \
      Browse projects
      """
    case .otherProject(let issue, let project, let bound):
      """
      \(issue) is in project \(project), but this database is bound to project \(bound). Move the issue, or link it all \
      the same with --project \(project)
      """
    case .issueTaken(let issue, let row):
      "\(issue) belongs to \(row) already. Unlink that row first, or take the issue away from it with --force"
    case .rowHasIssue(let row, let issue):
      "\(row) has \(issue) already. Unlink it first, or replace it with --force"
    case .creationUnderWay(let row):
      """
      an issue for \(row) is just being made, or may have been made and is being searched for. Wait until `explain` says \
      what became of it, or give it up with --force: then look in JIRA whether there is one too many
      """
    case .rowIsBusy(let row): "a worker is working on \(row). Try again soon"
    case .noSite:
      "the database knows of no JIRA site yet. Start a worker once, so that it finds out what the site is like"
    case .notLinked(let row): "\(row) is not linked with any issue"
    }
  }
}
