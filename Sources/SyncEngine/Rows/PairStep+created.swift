import Jira
import Mapping
import Planning

extension PairStep {
  /// A step for an issue that was made just now: what it lacks yet, and what was sent with it.
  ///
  /// - Parameters:
  ///   - draft: what was sent.
  ///   - issue: the issue as it was read.
  ///   - base: what JIRA stored of what was sent.
  ///   - site: the site.
  init(created draft: CreationDraft, issue: Issue, base: Base, site: Site) {
    var item = draft.item
    // A link with the base of the creation, as it will be stored.
    item.link?.base = base
    item.link?.marker = draft.marker
    self.init(item: item, issue: issue, site: site, base: base)
    isNew = true
    writtenFields = draft.plan.issueWrites.compactMap { write in
      guard let unstored = base.fields[write.field]?.unstored else { return write }
      guard unstored.isAltered else { return nil }
      var altered = write
      altered.value = unstored.held
      return altered
    }
    leaveAlone(Set(draft.plan.problems.map(\.field)), base: base)
    plan.problems =
      draft.plan.problems
      + plan.problems.filter { problem in
        !draft.plan.problems.contains { $0.field == problem.field }
      }
  }

  /// Takes fields out of the plan that JIRA has just refused: they wait for a change of the row or the mapping.
  private mutating func leaveAlone(_ names: Set<String>, base: Base) {
    guard !names.isEmpty else { return }
    plan.issueWrites.removeAll { names.contains($0.field) }
    plan.rowWrites.removeAll { names.contains($0.field) }
    plan.conflicts.removeAll { names.contains($0.field) }
    for name in names {
      guard let field = mapping[name], !field.isStatus, var known = base.fields[name] else {
        continue
      }
      // What JIRA has of its own, such as a default, is no edit of a person.
      known.issue = issueValue(field, issueFields: issue.fields, dialect: dialect).value
      known.isUnconfirmed = nil
      plan.newBase.fields[name] = known
      plan.notedBase.fields[name] = known
    }
  }
}
