import Jira
import Mapping

extension Plan {
  /// Leaves fields alone that JIRA has just refused: they wait for a change of the row or the mapping.
  ///
  /// - Parameters:
  ///   - refused: why JIRA refused them.
  ///   - base: what the plan was made from.
  ///   - issue: the issue that was made without them.
  ///   - mapping: the fields.
  package mutating func leaveAlone(
    _ refused: [FieldProblem], base: Base, issue: IssueSnapshot, mapping: ResolvedMapping
  ) {
    let names = Set(refused.map(\.field))
    problems = refused + problems.filter { !names.contains($0.field) }
    issueWrites.removeAll { names.contains($0.field) }
    rowWrites.removeAll { names.contains($0.field) }
    conflicts.removeAll { names.contains($0.field) }
    for name in names {
      guard let field = mapping[name], !field.isStatus, var known = base.fields[name] else {
        continue
      }
      // What JIRA has of its own, such as a default, is no edit of a user.
      known.issue = issueValue(field, issueFields: issue.fields, dialect: issue.dialect).value
      known.isUnconfirmed = nil
      newBase.fields[name] = known
      notedBase.fields[name] = known
    }
  }
}
