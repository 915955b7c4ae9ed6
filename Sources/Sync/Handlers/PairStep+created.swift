import Jira

extension PairStep {
  /// A step for an issue that was made just now: what it lacks yet, and what was sent with it.
  init(created draft: CreationDraft, issue: Issue, site: Site) {
    var item = draft.item
    // A link with the base of the creation, as it will be stored.
    item.link?.base = draft.plan.newBase
    item.link?.marker = draft.marker
    self.init(item: item, issue: issue, site: site, base: draft.plan.newBase)
    isNew = true
    writtenFields = draft.plan.issueWrites
    plan.problems =
      draft.plan.problems
      + plan.problems.filter { problem in
        !draft.plan.problems.contains { $0.field == problem.field }
      }
  }
}
