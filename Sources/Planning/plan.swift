import Mapping

/// Decides what to write so that a row and its issue agree, from what both are and what they last agreed on.
///
/// It looks at values only: no clock, no database, no network. So a job that runs twice, late or out of order does no harm,
/// and what we wrote ourselves is no change.
///
/// - Parameters:
///   - base: the values on which both sides last agreed, nil where they never met.
///   - row: the row as it was read.
///   - issue: the issue as it was read; absent where it is to be made.
///   - mapping: the fields, as they were found on the JIRA site.
///   - sides: the sides that may be written; the issue's key is always noted in the row.
///   - deletion: what is done to the half that is left when the other was deleted.
///   - resolutions: what users decided about open conflicts, by the field's name.
///   - suspended: fields that are left alone, by their names, each with why.
///   - withheld: fields whose last value JIRA did not store, and which are not sent again yet.
/// - Returns: what to write on either side, and the base once that was done.
package func plan(
  base: Base?, row: RowSide, issue: IssueSide, mapping: ResolvedMapping,
  sides: WritableSides = .both, deletion: DeletionPolicy = .none,
  resolutions: [String: ConflictResolution] = [:], suspended: [String: String] = [:],
  withheld: Set<String> = []
) -> Plan {
  let values: Row
  switch row {
  case .present(let read): values = read
  case .absent: return Plan(newBase: base ?? Base())
  case .deleted(let label):
    return plan(forDeletedRow: label, base: base, mapping: mapping, policy: deletion)
  }
  let mapping = mapping.leavingOut(columnsThatLack: values)
  var plan: Plan
  switch issue {
  case .deleted(let key):
    return Planning.plan(
      forDeletedIssue: key, row: values, base: base, mapping: mapping, policy: deletion)
  case .absent:
    plan = creationPlan(row: values, mapping: mapping)
  case .present(let snapshot):
    var planner = Planner(
      base: base ?? Base(), row: values, issue: snapshot, mapping: mapping,
      resolutions: resolutions,
      suspended: suspended, withheld: withheld)
    plan = planner.plan()
    plan.leaveOut(all: sides, base: base, mapping: mapping)
  }
  plan.newBase = plan.newBase.noting(mapping)
  plan.notedBase = plan.notedBase.noting(mapping)
  return plan
}

extension ResolvedMapping {
  /// The mapping without the fields of columns that the row does not have: they were renamed or dropped while workers run.
  ///
  /// An absent column is not an empty value. Neither side of such a field is written, and its base stays as it is.
  func leavingOut(columnsThatLack row: Row) -> ResolvedMapping {
    func isThere(_ column: String) -> Bool { row[column] != nil }
    guard
      !fields.allSatisfy({ $0.mapping.columns.allSatisfy(isThere) })
        || !fills.allSatisfy({ isThere($0.column.name) })
    else { return self }
    var mapping = self
    mapping.fields.removeAll { !$0.mapping.columns.allSatisfy(isThere) }
    mapping.fills.removeAll { !isThere($0.column.name) }
    return mapping
  }
}
